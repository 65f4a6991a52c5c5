"""How long clients waited for their acceptance, measured from this agency's own ledger."""

import math
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from asyncpg import Connection

from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.capacity import CASES_MIN, CASES_STEPS, WAITING_DAYS_BACK, WaitingTime
from ieum_contracts.topics import Family

_DAY_SECONDS = 86_400

_MEASURE = """
select programme, count(*) as cases,
    percentile_disc(0.5) within group (order by seconds) as p50,
    percentile_disc(0.9) within group (order by seconds) as p90
from (
    select r.programme,
        greatest(extract(epoch from l.at - coalesce(r.requested_at, r.created_at)), 0) as seconds
    from (
        select * from ledger
        where said and type = 'referral.accepted.v1' and family = $3 and at > $1 and at <= $2
    ) l
    cross join lateral (select * from referral where id = l.key and recipient limit 1) r
    where not exists (
        select from ledger e
        where e.key = l.key and e.peer = l.peer and e.family = l.family and e.said and e.sequence < l.sequence
            and e.type = l.type
    )
) accepted
where programme = any($4::text[])
group by programme having count(*) >= $5
"""


async def measure_waiting(
    connection: Connection, programmes: Collection[str], now: datetime
) -> Mapping[str, WaitingTime]:
    """Measure the waiting time of those who were accepted in the 90 days before `now`, by programme.

    It begins when the sender said the referral and ends with the first acceptance. A programme with fewer
    than five of them is left out.
    """
    begin = now - timedelta(days=WAITING_DAYS_BACK)
    family = FAMILY_NUMBERS[Family.REFERRAL]
    rows = await connection.fetch(_MEASURE, begin, now, family, sorted(programmes), CASES_MIN)
    return {
        row["programme"]: WaitingTime(
            p50_days=math.ceil(row["p50"] / _DAY_SECONDS),
            p90_days=math.ceil(row["p90"] / _DAY_SECONDS),
            cases_at_least=max(step for step in CASES_STEPS if step <= row["cases"]),
        )
        for row in rows
    }
