"""Heads: agencies report to each other how far their streams have come, so that a lost tail is noticed."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from asyncpg import Connection

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.notices.notices import tell
from ieum.delivery.recovering import heads_notices
from ieum.delivery.recovering.unconfirmed import confirm
from ieum.delivery.streams.stream import FAMILIES, FAMILY_NUMBERS
from ieum_contracts.delivery import StreamHead
from ieum_contracts.topics import STREAM_FAMILIES

BEHIND = "restored.behind"

_log = structlog.get_logger(__name__)

_NEWEST = "select coalesce(max(number), 0) from feed"
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


class HeadsPublisher:
    """Reports the heads of our streams to peers, from the leading process.

    A new leader reports the newest at once, and the older ones turn by turn.
    """

    def __init__(self, context: DeliveryContext) -> None:
        self._context = context
        self._told: int | None = None
        self._older = 0
        self.behind = False

    async def say(self, connection: Connection, now: datetime) -> None:
        """Report a part of what was active since the last turn; `behind` says whether more is left."""
        entries = self._context.limits.heads_entries
        newest: int = await connection.fetchval(_NEWEST)
        if self._told is None or self._told > newest:  # an older database gives numbers a second time
            self._told = self._older = max(0, newest - entries)
        before = self._told
        self._told = await say_heads(connection, self._context, before, now)
        self.behind = self._told - before >= entries
        if self._older and not self.behind:
            older = max(0, self._older - entries)
            await say_heads(connection, self._context, older, now)
            self._older = older


async def say_heads(connection: Connection, context: DeliveryContext, after: int, now: datetime) -> int:
    """Report to every peer the heads of streams active after a feed number; returns the last number."""
    rows = await connection.fetch(_ACTIVE, after, context.limits.heads_entries)
    await tell(connection, context, heads_notices.told(rows, context.limits.heads_together), now)
    return max((row["number"] for row in rows), default=after)


_EXPECT = """
insert into expected (key, peer, family, said, since)
select i.key, $4, i.family, i.said, now()
from (
    select key, family, max(said) as said
    from unnest($1::uuid[], $2::smallint[], $3::bigint[]) as t (key, family, said) group by key, family
) i
left join lateral (
    select heard from stream where key = i.key and peer = $4 and family = i.family limit 1
) s on true
where i.said > coalesce(s.heard, 0)
    and ($5 or exists (select from expected where key = i.key and peer = $4 and family = i.family))
on conflict (key, peer, family) do update set said = greatest(expected.said, excluded.said)
"""
_RESUME_ABOVE = """
insert into stream (key, peer, family, said, stopped)
select i.key, $4, i.family, i.heard, $5
from (
    select key, family, max(heard) as heard
    from unnest($1::uuid[], $2::smallint[], $3::bigint[]) as t (key, family, heard) group by key, family
) i
left join lateral (
    select said from stream where key = i.key and peer = $4 and family = i.family limit 1
) s on true
where i.heard > coalesce(s.said, 0) and ($6 or s.said is not null)
on conflict (key, peer, family) do update set said = excluded.said, stopped = excluded.stopped
where stream.said < excluded.said
returning key, family, said
"""
_ROOM = """
select
    (select count(*) from (select from expected where peer = $1 limit $2) e) < $2 as expected,
    (
        select count(*) from (select from stream where peer = $1 and stopped = 'restored.behind' limit $2) s
    ) < $2 as behind,
    (select address from peer where id = $1) as address
"""
_FORGET_PARKED = """
delete from told using unnest($1::uuid[], $2::smallint[], $3::bigint[]) as i (key, family, heard)
where told.key = i.key and told.peer = $4 and told.family = i.family
    and told.kind = 'parked' and told.sequence <= i.heard
"""


async def hear_heads(
    connection: Connection, context: DeliveryContext, peer: int, heads: Sequence[StreamHead]
) -> None:
    """Compare a peer's heads with ours.

    What it said and we have not heard is expected, and asked for again when it does not come. If it heard
    more than our database has said, ours was restored from an older backup: numbers continue
    above what the peer heard, so that none is given twice, and the stream stops until an operator compares.
    Of streams that nobody here knows, a peer may name only so many of either kind.
    """
    numbered = [head for head in heads if head.family in STREAM_FAMILIES]
    keys, families = [head.key for head in numbered], [FAMILY_NUMBERS[head.family] for head in numbered]
    heard = [head.heard for head in numbered]
    await confirm(connection, peer, zip(keys, families, heard, strict=True))
    await connection.execute(_FORGET_PARKED, keys, families, heard, peer)
    [room] = await connection.fetch(_ROOM, peer, context.limits.unknown_of_peer)
    if not (room["expected"] and room["behind"]):
        full = {name: not room[name] for name in ("expected", "behind")}
        _log.error("heads.too-many", peer=room["address"], **full)
    said = [head.said for head in numbered]
    await connection.execute(_EXPECT, keys, families, said, peer, room["expected"])
    behind = await connection.fetch(_RESUME_ABOVE, keys, families, heard, peer, BEHIND, room["behind"])
    for row in behind:
        _log.error(BEHIND, key=str(row["key"]), family=FAMILIES[row["family"]], heard_by_peer=row["said"])
