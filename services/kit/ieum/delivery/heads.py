"""Heads: agencies tell each other how far their streams have come, so that a lost tail is seen."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import structlog
from asyncpg import Connection

from ieum.delivery.here import Here
from ieum.delivery.notices import tell
from ieum.delivery.streams import FAMILIES, FAMILY_NUMBERS, StreamKey
from ieum_contracts.delivery import HEADS_MAX, StreamHead, StreamHeads

ACTIVE_MAX = 10_000
"""Feed entries looked at in one turn; what is left is looked at in the next."""
BEHIND = "restored.behind"

_log = structlog.get_logger(__name__)

_ACTIVE = """
select s.key, s.peer, s.family, s.said, s.heard, f.number
from (
    select key, peer, family, max(number) as number
    from (select key, peer, family, number from feed where number > $1 order by number limit $2) recent
    group by key, peer, family
) f
cross join lateral (
    select * from stream where key = f.key and peer = f.peer and family = f.family limit 1
) s
"""


async def say_heads(connection: Connection, here: Here, after: int, now: datetime) -> int:
    """Tell every peer the heads of streams active after a number of the feed; returns the last number."""
    rows = await connection.fetch(_ACTIVE, after, ACTIVE_MAX)
    by_peer: dict[int, list[StreamHead]] = defaultdict(list)
    for key, peer, family, said, heard, _ in rows:
        by_peer[peer].append(StreamHead(family=FAMILIES[family], key=key, said=said, heard=heard))
    notices = [
        (StreamKey(heads[0].key, peer, FAMILY_NUMBERS[heads[0].family]), StreamHeads(heads=tuple(heads)))
        for peer, all_heads in by_peer.items()
        for heads in _chunks(all_heads)
    ]
    await tell(connection, here, notices, now)
    return max((row["number"] for row in rows), default=after)


_COMPARE = """
select i.key, i.family, i.said, i.heard, s.said as mine_said, s.heard as mine_heard
from unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::bigint[]) as i (key, family, said, heard)
left join lateral (
    select said, heard from stream where key = i.key and peer = $5 and family = i.family limit 1
) s on true
"""
_EXPECT = """
insert into expected (key, peer, family, said, since) values ($1, $2, $3, $4, $5)
on conflict (key, peer, family) do update set said = greatest(expected.said, excluded.said)
"""
_RESUME_ABOVE = """
insert into stream (key, peer, family, said, stopped) values ($1, $2, $3, $4, $5)
on conflict (key, peer, family) do update set said = excluded.said, stopped = excluded.stopped
where stream.said < excluded.said
"""
_FORGET_PARKED = """
delete from told using unnest($1::uuid[], $2::smallint[], $3::bigint[]) as i (key, family, heard)
where told.key = i.key and told.peer = $4 and told.family = i.family
    and told.kind = 'parked' and told.sequence <= i.heard
"""


async def hear_heads(connection: Connection, peer: int, heads: Sequence[StreamHead], now: datetime) -> None:
    """Compare a peer's heads with ours.

    What it said and we have not heard is expected, and asked for again when it does not come. Where it heard
    more than we know to have said, our database was restored from a backup older than that: numbers go on
    above what the peer heard, so that none is given twice, and the stream stops for an operator to compare.
    """
    keys, families = [head.key for head in heads], [FAMILY_NUMBERS[head.family] for head in heads]
    heard = [head.heard for head in heads]
    await connection.execute(_FORGET_PARKED, keys, families, heard, peer)
    rows = await connection.fetch(_COMPARE, keys, families, [head.said for head in heads], heard, peer)
    for row in rows:
        at = StreamKey(row["key"], peer, row["family"])
        if row["said"] > (row["mine_heard"] or 0):
            await connection.execute(_EXPECT, *at, row["said"], now)
        if row["heard"] > (row["mine_said"] or 0):
            _log.error(BEHIND, key=str(at.key), said=row["mine_said"], heard_by_peer=row["heard"])
            await connection.execute(_RESUME_ABOVE, *at, row["heard"], BEHIND)


_FORGET_EXPECTED = """
delete from expected e using stream s
where s.key = e.key and s.peer = e.peer and s.family = e.family and s.heard >= e.said
"""
_MISSING = """
select e.key, e.peer, e.family, coalesce(s.heard, 0) + 1 as first, e.said as last
from (select * from expected where since <= $1 order by since limit $2) e
left join lateral (
    select heard, stopped from stream where key = e.key and peer = e.peer and family = e.family limit 1
) s on true
where s.stopped is null and not exists (
    select from parked p
    where p.key = e.key and p.peer = e.peer and p.family = e.family
        and p.sequence = coalesce(s.heard, 0) + 1
)
"""


async def missing(connection: Connection, before: datetime, limit: int) -> list[tuple[StreamKey, int, int]]:
    """Name the numbers (first, last) that a peer said before a time and that never came, by stream."""
    await connection.execute(_FORGET_EXPECTED)
    rows = await connection.fetch(_MISSING, before, limit)
    return [(StreamKey(*row[:3]), row[3], row[4]) for row in rows]


def _chunks(heads: Sequence[StreamHead]) -> list[Sequence[StreamHead]]:
    return [heads[start : start + HEADS_MAX] for start in range(0, len(heads), HEADS_MAX)]
