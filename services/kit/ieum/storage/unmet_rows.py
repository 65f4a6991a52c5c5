"""What could not be had, as rows: added as soon as it is known, and counted by month."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection
from pydantic import JsonValue
from pydantic_core import from_json

from ieum.casework.report_period import Period
from ieum.casework.unmet import LONGER_THAN_PROMISED, Unmet, unmet_end
from ieum.casework.values import Referral, Side
from ieum.delivery.streams.ledger import APPLIED, LedgerEntry
from ieum.delivery.streams.peers import Peers
from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum.storage.decision_types import TYPE_OF_DECISION, types_of
from ieum_contracts.codes import Decision
from ieum_contracts.lifecycle import ENDED
from ieum_contracts.topics import Family

REPORT_SECONDS_MAX = 20.0
_EXPIRED, _WAITLISTED = TYPE_OF_DECISION[Decision.EXPIRED], TYPE_OF_DECISION[Decision.WAITLISTED]
_WAIT_OVER = types_of(
    {Decision.ACCEPTED, Decision.DECLINED, Decision.REDIRECTED}
    | {Decision.EXPIRED, Decision.CANCELLED, Decision.WITHDRAWN}
)

ADD_UNMET = """unmet as (
    insert into unmet_request (referral, how, recipient, peer, programme, reason, at)
    select referral, how, recipient, peer, programme, reason,
        case when at is null then now() + make_interval(days => coalesce(wait_days, 0))
            else greatest(at, now()) end
    from unnest({rows:unmet_request_row})
    on conflict (referral, how) do nothing
)"""
# The first time counts: a promise that is renewed was not kept, and what ended, ended once. Nothing is added
# to a month that is over: who compares two reports would see the one client.


def unmet_rows(
    referrals: Iterable[Referral], entries: Sequence[LedgerEntry], peers: Peers
) -> list[tuple[object, ...]]:
    """Return rows (`unmet_request_row`) for what these changes say could not be had, or is promised later."""
    coded = {
        (entry.stream.key, entry.type): _coded(entry.body)
        for entry in entries
        if entry.type in {_EXPIRED, _WAITLISTED} and entry.fate == APPLIED
    }
    return [row for referral in referrals for row in _rows(referral, coded, peers)]


def _rows(
    referral: Referral, coded: Mapping[tuple[UUID, str], Mapping[str, JsonValue]], peers: Peers
) -> Iterator[tuple[object, ...]]:
    def row(how: Unmet, reason: str, at: object = None, wait_days: object = None) -> tuple[object, ...]:
        recipient = referral.side is Side.RECIPIENT
        return (
            *(referral.id, how, recipient, peers.number(referral.peer), referral.programme, reason),
            *(at, wait_days),
        )

    over = referral.ended_here is not None or referral.state in ENDED
    end = unmet_end(referral, coded.get((referral.id, _EXPIRED))) if over else None
    if end is not None:
        yield row(*end)
    promise = coded.get((referral.id, _WAITLISTED), {})
    review, days = promise.get("review_at"), promise.get("expected_wait_days")
    if isinstance(review, str):
        yield row(Unmet.WAITED_LONGER, LONGER_THAN_PROMISED, datetime.fromisoformat(review))
    elif isinstance(days, int) and days > 0:
        yield row(Unmet.WAITED_LONGER, LONGER_THAN_PROMISED, None, days)


def _coded(body: bytes | None) -> dict[str, JsonValue]:
    return {} if body is None else {name: from_json(body).get(name) for name in _NAMES}


_NAMES = ("clock", "review_at", "expected_wait_days")


class UnmetCount(NamedTuple):
    """How often something could not be had in one month; `peer` is the other agency's number."""

    month: date
    recipient: bool
    peer: int
    programme: str
    how: str
    reason: str
    times: int


_COUNT = """
select date_trunc('month', u.at at time zone interval '9 hours')::date as month, u.recipient,
    case when u.recipient then 0 else u.peer end as peer, u.programme, u.how, u.reason, count(*) as count
from unmet_request u
where u.at >= $1 and u.at < $2 and u.at <= $3
    and (u.how <> 'waited-longer' or not exists (
        select from ledger l
        where l.key = u.referral and l.peer = u.peer and l.family = $4 and l.said = u.recipient
            and l.type = any($5::text[]) and l.fate = 'applied' and l.at <= u.at
    ))
group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
"""


async def count_unmet(connection: Connection, period: Period, now: datetime) -> list[UnmetCount]:
    """Count what could not be had, by months in Seoul; at the recipient whoever asked is not told apart.

    Raises TimeoutError when that takes too long.
    """
    rows = await connection.fetch(
        *(_COUNT, period.start, period.end, now, FAMILY_NUMBERS[Family.REFERRAL], _WAIT_OVER),
        timeout=REPORT_SECONDS_MAX,
    )
    return [UnmetCount(*row) for row in rows]
