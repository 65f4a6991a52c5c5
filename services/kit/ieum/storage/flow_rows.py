"""Times to answer, from the times of events in the ledger: they stay when bodies are cleared."""

from datetime import date
from math import ceil, inf, isinf
from typing import NamedTuple

from asyncpg import Connection, Record

from ieum.casework.report_period import Period
from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum.storage.decision_types import TYPE_OF_DECISION, types_of
from ieum.storage.unmet_rows import REPORT_SECONDS_MAX
from ieum_contracts.codes import REASONS_ON_RECEIPT, Decision, Reason, State
from ieum_contracts.lifecycle import ENDED
from ieum_contracts.topics import Family

BY_A_PERSON = frozenset(
    {Decision.INFO_REQUESTED, Decision.WAITLISTED, Decision.ACCEPTED, Decision.DECLINED, Decision.REDIRECTED}
)
"""First decisions that people take; `received` is the system's, and what the system declines is left out."""


class Waiting(NamedTuple):
    """How many waited for something, and after how many minutes half and nine tenths of them had it.

    None where fewer than that have it so far. Who has it not counts as waiting longer than everybody.
    """

    asked: int
    p50_minutes: int | None
    p90_minutes: int | None


class Flow(NamedTuple):
    """Times on one edge, of what was asked in one month; `peer` is the other agency's number."""

    month: date
    recipient: bool
    peer: int
    decision: Waiting
    acceptance: Waiting


_FLOW = """
with asked as (
    select id, recipient, peer, created_at,
        case
            when ended_here = 'abandoned' then coalesce(ended_reason = $7, false)
            when ended_here is not null then null
            when state = 'declined' and reason = any($8::text[]) then null
            when state = any($6::text[]) then coalesce(state = 'cancelled' and reason = $7, false)
            else true
        end as waits
    from referral where created_at >= $1 and created_at < $2
), timed as (
    select a.*, l.decided_at is not null as decided, l.accepted_at is not null as accepted,
        coalesce(extract(epoch from l.decided_at - l.asked_at), 'infinity')::float8 as until_decided,
        coalesce(extract(epoch from l.accepted_at - l.asked_at), 'infinity')::float8 as until_accepted
    from asked a
    cross join lateral (
        select min(at) as asked_at,
            min(at) filter (where said = a.recipient and type = any($4::text[])) as decided_at,
            min(at) filter (where said = a.recipient and type = $5) as accepted_at
        from ledger where key = a.id and peer = a.peer and family = $3 and fate = 'applied'
    ) l
    where a.waits is not null
)
select date_trunc('month', created_at at time zone interval '9 hours')::date as month, recipient, peer,
    count(*) filter (where waits or decided) as deciding,
    percentile_disc(array[0.5, 0.9]) within group (order by until_decided)
        filter (where waits or decided) as decided,
    count(*) filter (where waits or accepted) as accepting,
    percentile_disc(array[0.5, 0.9]) within group (order by until_accepted)
        filter (where waits or accepted) as accepted
from timed group by 1, 2, 3 order by 1, 2, 3
"""
# `waits`: whether it waits for what it has not got; null where no person was to decide. Times are the
# database's, as in the ledger, whose first event of a referral is the request.


async def measure_flow(connection: Connection, period: Period) -> list[Flow]:
    """Measure the edges of this agency, by the month in Seoul in which something was asked.

    Raises TimeoutError when that takes too long.
    """
    rows = await connection.fetch(
        _FLOW,
        period.start,
        period.end,
        FAMILY_NUMBERS[Family.REFERRAL],
        types_of(BY_A_PERSON),
        TYPE_OF_DECISION[Decision.ACCEPTED],
        sorted(ENDED | {State.COMPLETED, State.FAILED}),
        Reason.RECIPIENT_SILENT,
        sorted(REASONS_ON_RECEIPT),
        timeout=REPORT_SECONDS_MAX,
    )
    return [_flow(row) for row in rows]


def _flow(row: Record) -> Flow:
    return Flow(
        row["month"],
        row["recipient"],
        row["peer"],
        _waiting(row["deciding"], row["decided"]),
        _waiting(row["accepting"], row["accepted"]),
    )


def _waiting(count: int, percentiles: list[float] | None) -> Waiting:
    p50, p90 = (None if isinf(each) else max(ceil(each / 60), 0) for each in percentiles or (inf, inf))
    return Waiting(count, p50, p90)
