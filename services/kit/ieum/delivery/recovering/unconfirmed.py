"""What was said and no head of the peer confirms: told again, at growing intervals, until one does."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from asyncpg import Connection, Record
from uuid_utils.compat import uuid7

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.limits import Limits
from ieum.delivery.notices.notices import tell
from ieum.delivery.recovering import heads_notices
from ieum.delivery.streams.stream import StreamKey
from ieum_contracts.delivery import StreamHeadsAsked

TOLD_MAX = 5_000
"""Streams told again in one turn; those that are due longest come first."""
PAUSE_MAX = timedelta(hours=1)
"""Between two tellings of a stream: each pause is twice the one before, up to this."""
TELLINGS = 100
"""After which a peer that has not confirmed for as long as bodies are kept is told no more.

They take four days, also when the database's clock jumps by a month.
"""
ASKED_BACK_MAX = timedelta(days=1)

_log = structlog.get_logger(__name__)

_NOTE = """
with until as materialized (
    select u.number, least(u.number, (select coalesce(max(number), 0) from feed)) as begin
    from unconfirmed_until u
), fresh as materialized (
    select f.* from until cross join lateral (
        select key, peer, family, said, sequence, number from feed
        where number > until.begin order by number limit $1
    ) f
), moved as (
    update unconfirmed_until u set number = coalesce((select max(number) from fresh), until.begin)
    from until where u.number <> coalesce((select max(number) from fresh), until.begin)
), noted as (
    insert into unconfirmed (key, peer, family, said, since, tell_at)
    select key, peer, family, max(sequence), now(), now() + $2::interval from fresh where said
    group by key, peer, family order by key, peer, family
    on conflict (key, peer, family) do update set
        said = greatest(unconfirmed.said, excluded.said), since = excluded.since,
        tellings = 0, tell_at = excluded.tell_at
)
select
"""


async def note_said(connection: Connection, limits: Limits) -> None:
    """Note a part of what was said since the last turn, to be told again; the rest is noted in the next."""
    await connection.execute(_NOTE, limits.heads_entries, limits.confirm_age)


_CONFIRM = """
delete from unconfirmed u using (
    select c.key, c.family from unnest($1::uuid[], $2::smallint[], $3::bigint[]) as i (key, family, heard)
    cross join lateral (
        select key, family from unconfirmed
        where key = i.key and peer = $4 and family = i.family and said <= i.heard limit 1 for update
    ) c
) confirmed
where u.key = confirmed.key and u.peer = $4 and u.family = confirmed.family
"""


async def confirm(connection: Connection, peer: int, heard: Iterable[tuple[UUID, int, int]]) -> None:
    """Forget what a peer has confirmed: of each stream the key, the family and the number that it has."""
    places = sorted(heard)
    if places:
        await connection.execute(_CONFIRM, *map(list, zip(*places, strict=True)), peer)


_DUE = """
with told as (
    update unconfirmed set
        tellings = least(tellings + 1, $5),
        tell_at = now() + least($2::interval * (2 ^ least(tellings + 1, 20)), $3::interval)
    where ctid = any(array(
        select ctid from unconfirmed where tell_at <= now() order by tell_at limit $1 for update skip locked
    ))
    returning key, peer, family, since, tellings
)
select t.key, t.peer, t.family, s.said, s.heard, t.since,
    t.since < now() - $4::interval and t.tellings >= $5 as lost
from told t
cross join lateral (
    select said, heard from stream where key = t.key and peer = t.peer and family = t.family limit 1
) s
order by t.key, t.peer, t.family
"""
_FORGET = """
delete from unconfirmed u using unnest($1::uuid[], $2::smallint[], $3::smallint[]) as i (key, peer, family)
where u.key = i.key and u.peer = i.peer and u.family = i.family
"""


async def tell_again(connection: Connection, context: DeliveryContext, now: datetime) -> int:
    """Tell each peer again what it did not confirm in time, and ask for its heads; returns how many streams.

    The answer confirms what the peer has, also where its own heads were lost. What it has not, it asks for.
    """
    periods = context.limits.confirm_age, PAUSE_MAX, heads_notices.KEPT
    due = await connection.fetch(_DUE, TOLD_MAX, *periods, TELLINGS)
    if lost := [row for row in due if row["lost"]]:
        _log.error("heads.never-confirmed", streams=len(lost))
        await connection.execute(
            _FORGET, *([row[name] for row in lost] for name in ("key", "peer", "family"))
        )
    again = [row for row in due if not row["lost"]]
    if again:
        questions = await _questions(connection, context, again)
        await tell(
            connection, context, [*heads_notices.told(again, context.limits.heads_together), *questions], now
        )
    return len(again)


_QUESTION = """
insert into heads_question (peer, ask, since, asked_at)
select peer, ask, greatest(since, now() - $4::interval) - $5::interval, now()
from unnest($1::smallint[], $2::uuid[], $3::timestamptz[]) as i (peer, ask, since) order by peer
on conflict (peer) do update set asked_at = excluded.asked_at
where heads_question.asked_at not between now() - $6::interval and now()
returning peer, ask, since
"""
_ANSWERED = "delete from heads_question where peer = $1 and ask = $2"


async def _questions(
    connection: Connection, context: DeliveryContext, told: Sequence[Record]
) -> list[tuple[StreamKey, StreamHeadsAsked]]:
    """Ask the peers of these streams for their heads, except those that were asked lately."""
    since: dict[int, datetime] = {}
    for row in told:
        since[row["peer"]] = min(row["since"], since.get(row["peer"], row["since"]))
    asks = [uuid7() for _ in since]
    pause = 2 * context.limits.confirm_age  # for a peer answers with all streams that were active since
    rows = await connection.fetch(
        *(_QUESTION, [*since], asks, [*since.values()], ASKED_BACK_MAX),
        *(heads_notices.CLOCKS_DIFFER_MAX, pause),
    )
    return [heads_notices.asked(*row) for row in rows]


async def question_answered(connection: Connection, peer: int, ask: UUID) -> None:
    """Note that a peer has answered, so that the next question gets another name."""
    await connection.execute(_ANSWERED, peer, ask)
