"""Looks at the silence of every edge: reads its own history, judges it, stores what was found."""

from datetime import datetime

from asyncpg import Connection

from ieum.casework.business_days import BusinessCalendar
from ieum_console.silence.detector import Answer, Finding, judge

ANSWERS_MAX = 1_000
WAITING_MAX = 200
HISTORY_DAYS = 90

EDGES = "select distinct sender, recipient from tally order by 1, 2"

ANSWERS = """
select asked_at, answered_at from answer_sample
where sender = $1 and recipient = $2 and asked_at >= $3::timestamptz - make_interval(days => $4)
order by asked_at desc limit $5
"""

WAITING = """
select requested_at from referral where recipient = $2 and sender = $1 and state in ('requested', 'received')
order by requested_at limit $3
"""

WRITE = """
insert into silence (
    sender, recipient, verdict, slot, samples, outliers, usual_seconds, waiting, beyond, since,
    last_answer_at, found_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (sender, recipient) do update set
    verdict = excluded.verdict, slot = excluded.slot, samples = excluded.samples,
    outliers = excluded.outliers, usual_seconds = excluded.usual_seconds, waiting = excluded.waiting,
    beyond = excluded.beyond,
    since = excluded.since, last_answer_at = excluded.last_answer_at, found_at = excluded.found_at
"""


async def look_at_silence(connection: Connection, calendar: BusinessCalendar, now: datetime) -> int:
    """Judge every edge on which a referral was ever sent; returns how many there are."""
    edges = await connection.fetch(EDGES)
    for edge in edges:
        sender, recipient = edge["sender"], edge["recipient"]
        answers = await connection.fetch(ANSWERS, sender, recipient, now, HISTORY_DAYS, ANSWERS_MAX)
        waiting = await connection.fetch(WAITING, sender, recipient, WAITING_MAX)
        found = judge(
            [Answer(row["asked_at"], row["answered_at"]) for row in answers],
            [row["requested_at"] for row in waiting],
            now,
            calendar,
        )
        await connection.execute(WRITE, sender, recipient, *_values(found), now)
    return len(edges)


def _values(found: Finding) -> tuple[object, ...]:
    return (
        *(str(found.verdict), found.slot and str(found.slot), found.samples, found.outliers),
        *(found.usual_seconds, found.waiting, found.beyond, found.since, found.last_answer_at),
    )
