"""One referral: who holds it, every step of both sides with the numbers that are missing, and its journey."""

from dataclasses import dataclass
from uuid import UUID

from asyncpg import Connection, Record

from ieum_console.projection.families import FAMILIES
from ieum_console.projection.referral_row import ReferralRow, as_row
from ieum_console.projection.referral_steps import Delivery, Gap, Notice, Step, deliveries, in_order

STEPS_MAX = 2_000
JOURNEY_MAX = 50


@dataclass(frozen=True, slots=True)
class ReferralView:
    """All that is shown of one referral. `steps` are in the order of time; `journey` without itself."""

    head: ReferralRow
    steps: tuple[Step | Gap, ...]
    deliveries: tuple[Delivery, ...]
    notices: tuple[Notice, ...]
    journey: tuple[ReferralRow, ...]
    truncated: bool


HEAD = "select * from referral_row where id = $1"

JOURNEY = """
select * from referral_row where journey = $1 and id <> $2 order by requested_at, id limit $3
"""


async def read_referral(connection: Connection, referral: UUID) -> ReferralView | None:
    """Read one referral; None when no record of it was seen."""
    row = await connection.fetchrow(HEAD, referral)
    if row is None:
        return None
    head = as_row(row)
    steps = [_step(each) for each in await connection.fetch(STEPS, referral, STEPS_MAX)]
    gaps = [_gap(each) for each in await connection.fetch(GAPS, referral, STEPS_MAX)]
    notices = tuple(Notice(**dict(each)) for each in await connection.fetch(NOTICES, referral, STEPS_MAX))
    journey = () if head.journey is None else await _journey(connection, head)
    return ReferralView(
        head=head,
        steps=tuple(in_order(steps, gaps)),
        deliveries=tuple(deliveries(steps, notices, await _waiting(connection, referral))),
        notices=notices,
        journey=journey,
        truncated=len(steps) == STEPS_MAX,
    )


async def _journey(connection: Connection, head: ReferralRow) -> tuple[ReferralRow, ...]:
    return tuple(as_row(row) for row in await connection.fetch(JOURNEY, head.journey, head.id, JOURNEY_MAX))


STEPS = """
select s.name as source, p.name as recipient, e.family, e.sequence, t.name as type, e.event_id, e.said_at,
    e.sent_at,
    coalesce(g.next_offset > e."offset", false) as is_heard, m.observed_at as heard_at, e.sends, e.differing,
    e.causation, e.trace, e.partition, e."offset"
from step e
join agency s on s.id = e.source
join agency p on p.id = e.recipient
join event_type t on t.id = e.type
left join reading g on g.recipient = e.recipient and g.family = e.family and g.partition = e.partition
left join lateral (
    select observed_at from heard_mark
    where recipient = e.recipient and family = e.family and partition = e.partition
        and next_offset > e."offset"
    order by next_offset limit 1
) m on exists (
    select from heard_mark
    where recipient = e.recipient and family = e.family and partition = e.partition
        and next_offset <= e."offset"
)
where e.key = $1 order by e.sent_at, e.said_at, e.source, e.family, e.sequence limit $2
"""


def _step(row: Record) -> Step:
    return Step(**{**dict(row), "family": FAMILIES[row["family"]]})


GAPS = """
select s.name as source, p.name as recipient, g.family, g.first, g.last, g.noticed_at
from gap g join agency s on s.id = g.source join agency p on p.id = g.recipient
where g.key = $1 order by g.noticed_at, g.first limit $2
"""


def _gap(row: Record) -> Gap:
    return Gap(**{**dict(row), "family": FAMILIES[row["family"]]})


NOTICES = """
select s.name as source, p.name as recipient, t.name as type, n.said_at, n.sent_at
from notice n join agency s on s.id = n.source join agency p on p.id = n.recipient
join event_type t on t.id = n.type
where n.key = $1 order by n.said_at limit $2
"""

WAITING = """
select h.name as hearer, s.name as sayer
from waiting_stream w join agency h on h.id = w.hearer join agency s on s.id = w.sayer
where w.key = $1
"""


async def _waiting(connection: Connection, key: UUID) -> set[tuple[str, str]]:
    return {(row["sayer"], row["hearer"]) for row in await connection.fetch(WAITING, key)}
