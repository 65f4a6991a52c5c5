"""Locks and loads what folding a batch needs: positions, waiting events and held sources."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Connection, Record

from ieum.delivery.application import Untaken
from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.blocked.parking import load_parked
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import StreamPlace


@dataclass(frozen=True, slots=True)
class BatchState:
    """What waits under a batch's keys, which sources are held and why, and what had no effect at a peer."""

    waiting: Sequence[ParkedEvent]
    held: Mapping[int, str]
    untaken: Sequence[Untaken] = ()


_LOOK = """
select exists (
        select from unnest($1::uuid[]) as i (key)
        cross join lateral (select from parked where key = i.key limit 1) p
    ) as waiting,
    array(select peer from source where held is not null order by peer) as peers,
    array(select held from source where held is not null order by peer) as reasons
"""
_LOCK = """, family, partition, next_offset
from position where family = any($2::smallint[]) and partition = any($3::integer[])
order by family, partition for update
"""
_LOOK_AND_LOCK = _LOOK + _LOCK


async def load_state(
    connection: Connection, keys: Collection[UUID], arriving: AbstractSet[StreamPlace] = frozenset()
) -> BatchState:
    """Load what waits under these keys, and the held sources."""
    return await _state(connection, keys, arriving, await connection.fetchrow(_LOOK, list(keys)))


_ADD = """
insert into position (family, partition, next_offset)
select family, partition, 0 from unnest($1::smallint[], $2::integer[]) as i (family, partition)
on conflict (family, partition) do nothing
"""


async def lock_and_load(
    connection: Connection, firsts: Mapping[Partition, int], arriving: AbstractSet[StreamPlace]
) -> tuple[dict[Partition, int], BatchState]:
    """Lock the positions of these partitions and load the state; a partition never read starts at offset 0.

    `firsts` holds the batch's first offset in each partition, `arriving` the places of its events. When
    another process took part of the batch meanwhile, it may have parked something: the state is loaded again.
    """
    wanted, keys = sorted(firsts), {each.stream.key for each in arriving}
    families, partitions = [place[0] for place in wanted], [place[1] for place in wanted]
    rows = await connection.fetch(_LOOK_AND_LOCK, list(keys), families, partitions)
    positions = _positions(rows)
    if not positions.keys() >= set(wanted):
        await connection.execute(_ADD, families, partitions)
        rows = await connection.fetch(_LOOK_AND_LOCK, list(keys), families, partitions)
        positions = _positions(rows)
    if any(positions[place] > first for place, first in firsts.items()):
        return positions, await load_state(connection, keys, arriving)
    return positions, await _state(connection, keys, arriving, rows[0] if rows else None)


def _positions(rows: Sequence[Record]) -> dict[Partition, int]:
    return {(row["family"], row["partition"]): row["next_offset"] for row in rows}


async def _state(
    connection: Connection, keys: Collection[UUID], arriving: AbstractSet[StreamPlace], row: Record | None
) -> BatchState:
    if row is None:
        return BatchState((), {})
    waiting = await load_parked(connection, keys, arriving) if row["waiting"] else ()
    return BatchState(waiting, dict(zip(row["peers"], row["reasons"], strict=True)))
