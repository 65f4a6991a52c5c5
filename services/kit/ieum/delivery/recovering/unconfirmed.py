"""What was said and no head of the peer confirms: told again, at growing intervals, until one does."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from asyncpg import Connection, Record
from uuid_utils.compat import uuid7

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.limits import Limits
from ieum.delivery.notices.notices import tell
from ieum.delivery.streams.stream import FAMILIES, FAMILY_NUMBERS, StreamKey
from ieum_contracts.delivery import HEADS_MAX, StreamHead, StreamHeads, StreamHeadsAsked
from ieum_contracts.model import Model
from ieum_contracts.topics import Family

TOLD_MAX = 5_000
"""Streams told again in one turn; those that are due longest come first."""
PAUSE_MAX = timedelta(hours=1)
"""Between two tellings of a stream: each pause is twice the one before, up to this."""
ASKED_BACK_MAX = timedelta(days=1)
CLOCKS_DIFFER_MAX = timedelta(minutes=10)
KEPT = timedelta(days=30)
"""As long as the ledger keeps bodies: what is older could not be sent again."""

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
        tellings = least(tellings + 1, 100),
        tell_at = now() + least($2::interval * (2 ^ least(tellings + 1, 20)), $3::interval)
    where ctid = any(array(
        select ctid from unconfirmed where tell_at <= now() order by tell_at limit $1 for update skip locked
    ))
    returning key, peer, family, since
)
select t.key, t.peer, t.family, s.said, s.heard, t.since, t.since < now() - $4::interval as lost
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
    due = await connection.fetch(_DUE, TOLD_MAX, context.limits.confirm_age, PAUSE_MAX, KEPT)
    if lost := [row for row in due if row["lost"]]:
        _log.error("heads.never-confirmed", streams=len(lost))
        await connection.execute(
            _FORGET, *([row[name] for row in lost] for name in ("key", "peer", "family"))
        )
    by_peer: dict[int, list[Record]] = defaultdict(list)
    for row in due:
        if not row["lost"]:
            by_peer[row["peer"]].append(row)
    if by_peer:
        notices = [each for peer, rows in by_peer.items() for each in _heads(peer, rows)]
        notices += await _questions(connection, context, by_peer)
        await tell(connection, context, notices, now)
    return len(due) - len(lost)


def _heads(peer: int, rows: Sequence[Record]) -> list[tuple[StreamKey, Model]]:
    heads = [
        StreamHead(family=FAMILIES[family], key=key, said=said, heard=heard)
        for key, _, family, said, heard, *_ in rows
    ]
    parts = [tuple(heads[at : at + HEADS_MAX]) for at in range(0, len(heads), HEADS_MAX)]
    return [
        (StreamKey(part[0].key, peer, FAMILY_NUMBERS[part[0].family]), StreamHeads(heads=part))
        for part in parts
    ]


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
    connection: Connection, context: DeliveryContext, by_peer: dict[int, list[Record]]
) -> list[tuple[StreamKey, Model]]:
    """Ask these peers for their heads, except those that were asked lately."""
    since = [min(row["since"] for row in rows) for rows in by_peer.values()]
    asks = [uuid7() for _ in by_peer]
    pause = 2 * context.limits.confirm_age  # for a peer answers with all streams that were active since
    rows = await connection.fetch(
        _QUESTION, list(by_peer), asks, since, ASKED_BACK_MAX, CLOCKS_DIFFER_MAX, pause
    )
    family = FAMILY_NUMBERS[Family.DELIVERY]
    return [(StreamKey(ask, peer, family), StreamHeadsAsked(ask=ask, since=at)) for peer, ask, at in rows]


async def question_answered(connection: Connection, peer: int, ask: UUID) -> None:
    """Note that a peer has answered, so that the next question gets another name."""
    await connection.execute(_ANSWERED, peer, ask)
