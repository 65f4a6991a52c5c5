"""A month of work at one agency in the console's database, some answered on the last day that it may be."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from asyncpg import Connection

from ieum.casework.business_days import WEEKDAYS
from ieum_console.pages.played_day import days_to_play
from ieum_console.projector.rebuild import KEPT_DAYS
from ieum_console.replay.absence import day_of_absence

AWAY = 5
"""The agency that is played to be away, by its place among the agencies."""
SENDERS = (0, 0, 2)
"""Who asks on each day: two are answered on the third business day after, one on the next."""
INSERT = """
insert into step (
    key, source, recipient, family, sequence, event_id, type, said_at, sent_at, partition, "offset"
)
values ($1, $2, $3, 1, $4, gen_random_uuid(), $5, $6, $6, 3, $7)
"""


def played(index: int) -> UUID:
    """Return the id of a referral of the month."""
    return UUID(f"7f3b{index:04x}-0000-7000-8000-{index:012x}")


async def seed_month(
    connection: Connection, agencies: Sequence[int], types: Sequence[int], now: datetime
) -> date:
    """Fill the month; returns the last day of it, on which things were answered just in time."""
    days = sorted(days_to_play(WEEKDAYS, now))
    offset = 0
    for number, day in enumerate(days):
        for place, sender in enumerate(SENDERS):
            answer_day = number + (3 if place < 2 else 1)
            if answer_day >= len(days):
                continue
            key = played(number * len(SENDERS) + place)
            asked = day_of_absence(day) + timedelta(hours=10, minutes=place)
            answered = day_of_absence(days[answer_day]) + timedelta(hours=16, minutes=place)
            there, back = (agencies[sender], agencies[AWAY]), (agencies[AWAY], agencies[sender])
            for edge, sequence, kind, at in (
                (there, 1, 0, asked),
                (back, 1, 1, asked + timedelta(seconds=5)),
                (back, 2, 2, answered),
            ):
                offset += 1
                await connection.execute(INSERT, key, *edge, sequence, types[kind], at, offset)
    await connection.execute(KEPT_DAYS)
    return days[-1]
