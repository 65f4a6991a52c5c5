"""After a restore from backup: peers are asked for all heads, and their streams wait until they answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from asyncpg import Connection
from uuid_utils.compat import uuid7

from ieum.delivery.blocked.source_breaker import COMPARING, TOO_MANY, WINDOW
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.notices.notices import tell
from ieum.delivery.recovering import heads_notices
from ieum.delivery.recovering.heads import hear_heads
from ieum.delivery.recovering.heads_notices import CLOCKS_DIFFER_MAX, KEPT
from ieum.delivery.streams.stream import FAMILIES, FAMILY_NUMBERS, StreamKey
from ieum_contracts.delivery import StreamHead, StreamHeadsAnswered, StreamHeadsAsked
from ieum_contracts.topics import Family

ANSWER_AGE_MAX = timedelta(minutes=2)
"""Heads read by one statement, which may scan a month of the ledger."""
ANSWER_SECONDS_MAX = 120.0

_log = structlog.get_logger(__name__)

_SINCE = """
select least(now(), coalesce((
    select l.at from (
        select key, peer, family, sequence from feed where number is not null and not said
        order by number desc limit 1
    ) f
    cross join lateral (
        select at from ledger
        where key = f.key and peer = f.peer and family = f.family and not said and sequence = f.sequence
        limit 1
    ) l
), now() - $1::interval)) - $2::interval
"""
_HOLD = """
insert into source (peer, since, held, held_since, asked) values ($1, $2, $3, $2, $4)
on conflict (peer) do update set
    held = excluded.held, held_since = excluded.held_since, held_until = null, asked = excluded.asked
"""


_NEW_EPOCH = "update feed_epoch set epoch = default"


async def compare_with_peers(connection: Connection, context: DeliveryContext, now: datetime) -> None:
    """Ask every peer for its heads, and hold all events from it and to it until it answers.

    The feed will give some numbers a second time, so it begins a new epoch. To be called in a transaction.
    """
    await connection.execute(_NEW_EPOCH)
    since = await connection.fetchval(_SINCE, KEPT, CLOCKS_DIFFER_MAX)
    for peer, ask in (await _ask_all(connection, context, since, now)).items():
        await connection.execute(_HOLD, peer, now, COMPARING, ask)
    context.restore_check.comparing = True


_LONGEST_AGO = "select now() - $1::interval"


async def ask_what_is_lost(connection: Connection, context: DeliveryContext, now: datetime) -> None:
    """Ask every peer for its heads, so that what the mailbox lost is noticed and asked for again."""
    await _ask_all(connection, context, await connection.fetchval(_LONGEST_AGO, KEPT), now)


async def _ask_all(
    connection: Connection, context: DeliveryContext, since: datetime, now: datetime
) -> Mapping[int, UUID]:
    await context.peers.read(connection)
    asks = {peer: uuid7() for peer in context.peers.others(context.me)}
    notices = [heads_notices.asked(peer, ask, since) for peer, ask in asks.items()]
    await tell(connection, context, notices, now)
    return asks


_COMPARED = """
update source set asked = null,
    held = case when over then $3::text end,
    held_since = case when over then held_since end,
    held_until = case when over then source.since + $6::interval end
from (select peer, troubles > $4 and since > $5::timestamptz - $6::interval as over from source) now
where source.peer = $1 and asked = $2 and now.peer = source.peer
returning true
"""


async def hear_answer(
    connection: Connection, context: DeliveryContext, peer: int, answer: StreamHeadsAnswered
) -> None:
    """Compare a peer's answer with our streams; its last part releases the peer.

    A peer that had too many wrong events before, or meanwhile, stays held until the hour ends.
    """
    await hear_heads(connection, context, peer, answer.heads)
    breaker = TOO_MANY, context.troubles_max, context.clock(), WINDOW
    if answer.last and await connection.fetchval(_COMPARED, peer, answer.ask, *breaker):
        _log.info("restored.compared", peer=str(context.peers.address(peer)))


_LATE = """
select peer, held_since, asked, least(held_since, now()) - $3::interval as ask_since
from source where held = $1 and held_since <= $2
"""


async def ask_the_silent_again(connection: Connection, context: DeliveryContext, now: datetime) -> None:
    """Log the peers that have not answered for two minutes, and ask them again: a question may be lost too.

    They stay held until they answer or an operator releases them.
    """
    late = await connection.fetch(_LATE, COMPARING, now - ANSWER_AGE_MAX, KEPT)
    again = [row for row in late if row["asked"] is not None]
    notices = [heads_notices.asked(row["peer"], row["asked"], row["ask_since"]) for row in again]
    await tell(connection, context, notices, now)
    for row in late:
        _log.error(
            "restored.unanswered",
            peer=str(context.peers.address(row["peer"])),
            since=row["held_since"].isoformat(timespec="seconds"),
        )


_KEEP_ASK = "insert into heads_ask (ask, peer, since) values ($1, $2, $3) on conflict (ask) do nothing"


async def keep_ask(connection: Connection, peer: int, asked: StreamHeadsAsked) -> None:
    """Store a peer's question until our mailboxes are read to their present ends."""
    await connection.execute(_KEEP_ASK, asked.ask, peer, asked.since)


_ASKS = "select ask, peer, since from heads_ask order by ask limit 100"


async def open_asks(connection: Connection) -> list[tuple[UUID, int, datetime]]:
    """Return the questions that are not answered yet."""
    return [(row["ask"], row["peer"], row["since"]) for row in await connection.fetch(_ASKS)]


_HEADS = """
with active as materialized (
    select key, family from ledger where at >= $2 and peer = $1
    union select key, family from parked where peer = $1
)
select s.key, s.family, s.said, greatest(s.heard, p.sequence)
from (select * from active where (key, family) > ($4, $5) order by key, family limit $3) l
cross join lateral (
    select key, family, said, heard from stream where key = l.key and peer = $1 and family = l.family limit 1
) s
cross join lateral (
    select max(sequence) as sequence from parked where key = l.key and peer = $1 and family = l.family
) p
order by s.key, s.family
"""
_ANSWERED = "delete from heads_ask where ask = $1"


async def answer(
    connection: Connection, context: DeliveryContext, asked: tuple[UUID, int, datetime], now: datetime
) -> None:
    """Send a peer the heads of all streams that were active since the time it asks for.

    What waits here counts as heard: its numbers may not be given again either.
    """
    ask, peer, since = asked
    at = StreamKey(ask, peer, FAMILY_NUMBERS[Family.DELIVERY])
    after, sent, last = (UUID(int=0), 0), 0, False
    page = context.limits.heads_answered
    while not last:
        rows = await connection.fetch(_HEADS, peer, since, page, *after, timeout=ANSWER_SECONDS_MAX)
        last = len(rows) < page
        heads = [StreamHead(family=FAMILIES[row[1]], key=row[0], said=row[2], heard=row[3]) for row in rows]
        parts = heads_notices.in_parts(heads, context.limits.heads_together) or [()]
        notices = [
            (at, StreamHeadsAnswered(ask=ask, heads=part, last=last and number == len(parts)))
            for number, part in enumerate(parts, 1)
        ]
        await tell(connection, context, notices, now)
        sent += len(heads)
        after = (rows[-1][0], rows[-1][1]) if rows else after
    await connection.execute(_ANSWERED, ask)
    _log.info("heads.answered", peer=str(context.peers.address(peer)), heads=sent)
