"""A recorded day played again without one agency: read from the projection, handed to the pure functions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from asyncpg import Connection

from ieum.casework.business_days import BusinessCalendar
from ieum.web.moments import SEOUL
from ieum_console.projection.month_of_events import (
    REFERRALS_MAX,
    SAID_MAX,
    DayOfWork,
    read_about,
    read_agency_numbers,
    read_days,
    read_said,
)
from ieum_console.replay.absence import (
    WORK_TYPES,
    Absence,
    Recorded,
    day_of_absence,
    day_without,
    moved_by,
)
from ieum_console.silence.business_time import business_seconds
from ieum_console.silence.detector import quantile

DAYS_PLAYED = 30
USUAL_SHARE, BUSY_SHARE = 0.5, 0.9
"""A usual day is the middle one; what is worked off in a day is what nine of ten days stay within."""


@dataclass(frozen=True, slots=True)
class PlayedDay:
    """A day without an agency, and what that was calculated from. `names` are those of agencies by number."""

    agency: str
    day: date
    absence: Absence
    names: Mapping[int, str]
    usual_a_day: int
    busy_a_day: int
    events: int
    referrals: int
    truncated: bool
    catching_up_seconds: float

    @property
    def late(self) -> int:
        """How many referrals would be late that were not late anyway."""
        return len({each.referral for each in self.absence.late if not each.anyway})

    @property
    def late_anyway(self) -> int:
        """How many were late in what was recorded."""
        return len({each.referral for each in self.absence.late if each.anyway})


def days_to_play(calendar: BusinessCalendar, now: datetime) -> list[date]:
    """List the business days of the last month that are over, the newest first."""
    today = now.astimezone(SEOUL).date()
    days = [today - timedelta(days=back) for back in range(1, DAYS_PLAYED + 1)]
    return [each for each in days if calendar.is_open(each)]


async def play_day(
    connection: Connection, calendar: BusinessCalendar, agency: str, day: date, now: datetime
) -> PlayedDay | None:
    """Play a day without an agency; None where it said nothing about a referral in the last month."""
    numbers = await read_agency_numbers(connection)
    number, days = numbers.get(agency), days_to_play(calendar, now)
    if number is None or day not in days:
        return None
    counted = await read_days(connection, number, min(days), WORK_TYPES)
    if not counted:
        return None
    usual, busy = _rates(counted, days)
    said = await read_said(connection, number, day_of_absence(day), now)
    moved, caught_up_at = moved_by([each for _, each in said], day, busy, calendar)
    keys = list(dict.fromkeys(key for key, each in said if each.event_id in moved))
    about = await read_about(connection, keys[:REFERRALS_MAX])
    recorded = Recorded(number, moved, caught_up_at, about)
    absence = await asyncio.to_thread(day_without, recorded, day, calendar)  # others' pages go on
    return PlayedDay(
        agency=agency,
        day=day,
        absence=absence,
        names={each: name for name, each in numbers.items()},
        usual_a_day=usual,
        busy_a_day=busy,
        events=sum(each.events for each in counted),
        referrals=len(about),
        truncated=len(said) == SAID_MAX or len(keys) > REFERRALS_MAX,
        catching_up_seconds=business_seconds(absence.back_at, absence.caught_up_at, calendar),
    )


def _rates(counted: Sequence[DayOfWork], days: Sequence[date]) -> tuple[int, int]:
    """Return what an agency's workers say on a usual day, and on a busy one; at least one a day."""
    work = {each.day: each.work for each in counted}
    values = [float(work.get(day, 0)) for day in days]
    return round(quantile(values, USUAL_SHARE)), max(1, round(quantile(values, BUSY_SHARE)))
