"""Positions: how far each partition of my mailboxes has been taken in. The truth; Kafka's own is a hint."""

from asyncpg import Connection

Partition = tuple[int, int]
"""A partition of a mailbox: (family number, partition)."""

_POSITIONS = "select family, partition, next_offset from position"


async def read_positions(connection: Connection) -> dict[Partition, int]:
    """Read how far every partition has been taken in."""
    return {(row[0], row[1]): row[2] for row in await connection.fetch(_POSITIONS)}
