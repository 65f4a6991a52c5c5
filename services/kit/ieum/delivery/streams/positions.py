"""Positions: how far each partition of our mailboxes is taken in. They decide; Kafka's offsets are a hint."""

from asyncpg import Connection

Partition = tuple[int, int]
"""A partition of a mailbox: (family number, partition)."""

_POSITIONS = "select family, partition, next_offset from position"
_LOCK = "select family, partition, next_offset from position order by family, partition for update"


async def read_positions(connection: Connection) -> dict[Partition, int]:
    """Return the next offset of every partition."""
    return {(row[0], row[1]): row[2] for row in await connection.fetch(_POSITIONS)}


async def lock_positions(connection: Connection) -> dict[Partition, int]:
    """Return the next offset of every partition, locked: nobody takes anything in meanwhile."""
    return {(row[0], row[1]): row[2] for row in await connection.fetch(_LOCK)}
