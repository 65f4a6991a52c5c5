"""Positions: how far each partition of my mailboxes has been taken in. The truth; Kafka's own is a hint."""

from collections.abc import Iterable, Mapping

from asyncpg import Connection

Place = tuple[int, int]
"""A partition of a mailbox: (family number, partition)."""

_ADD = """
insert into position (family, partition, next_offset)
select family, partition, 0 from unnest($1::smallint[], $2::integer[]) as i (family, partition)
on conflict (family, partition) do nothing
"""
_LOCK = """
select family, partition, next_offset from position
where family = any($1::smallint[]) and partition = any($2::integer[])
order by family, partition for update
"""


async def lock_positions(connection: Connection, places: Iterable[Place]) -> dict[Place, int]:
    """Lock the positions of these partitions; a partition never read before starts at offset 0."""
    wanted = sorted(set(places))
    families, partitions = [place[0] for place in wanted], [place[1] for place in wanted]
    rows = await connection.fetch(_LOCK, families, partitions)
    if {(row[0], row[1]) for row in rows}.issuperset(wanted):
        return {(row[0], row[1]): row[2] for row in rows}
    await connection.execute(_ADD, families, partitions)
    return {(row[0], row[1]): row[2] for row in await connection.fetch(_LOCK, families, partitions)}


_MOVE = """
insert into position (family, partition, next_offset)
select * from unnest($1::smallint[], $2::integer[], $3::bigint[])
on conflict (family, partition) do update set next_offset = excluded.next_offset
"""


async def move_positions(connection: Connection, positions: Mapping[Place, int]) -> None:
    """Write the offsets that come next."""
    places = sorted(positions)
    await connection.execute(
        _MOVE, [place[0] for place in places], [place[1] for place in places], [positions[p] for p in places]
    )
