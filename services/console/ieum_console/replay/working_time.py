"""Work that waited for a day, worked off afterwards: one thing after the other, in business hours alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ieum.casework.business_days import CLOSES_AT, SEARCH_DAYS_MAX, BusinessCalendar
from ieum_console.silence.business_time import OPENS_AT
from ieum_contracts.timing import SEOUL

_DAY = timedelta(days=1)
DAY_SECONDS = (datetime.combine(date.min, CLOSES_AT) - datetime.combine(date.min, OPENS_AT)).total_seconds()
"""How long a business day is."""


@dataclass(frozen=True, slots=True)
class WorkedOff:
    """When each piece of work is done, and when none waited for another any more."""

    done_at: tuple[datetime, ...]
    caught_up_at: datetime


def back_at(away: date, calendar: BusinessCalendar) -> datetime:
    """Return when an agency that is away on a day opens again; the day itself where it never does."""
    day = away
    for _ in range(SEARCH_DAYS_MAX):
        day += _DAY
        if calendar.is_open(day):
            return datetime.combine(day, OPENS_AT, SEOUL)
    return datetime.combine(away, time.max, SEOUL)


def after_work(begin: datetime, seconds: float, calendar: BusinessCalendar) -> datetime:
    """Return when so many seconds of business hours have passed."""
    there, left = begin.astimezone(SEOUL), seconds
    day = there.date()
    for _ in range(SEARCH_DAYS_MAX):
        if calendar.is_open(day):
            opens = max(there, datetime.combine(day, OPENS_AT, SEOUL))
            lasts = (datetime.combine(day, CLOSES_AT, SEOUL) - opens).total_seconds()
            if left <= lasts:
                return opens + timedelta(seconds=left)
            left -= max(0.0, lasts)
        day += _DAY
    return datetime.combine(day, CLOSES_AT, SEOUL)


def worked_off(
    recorded: Sequence[datetime], back: datetime, a_day: int, calendar: BusinessCalendar
) -> WorkedOff:
    """Work off what was recorded, in its order, from when the agency is back; at most so much in a day.

    What was recorded before it is back has waited. Once something is done as early as it was recorded, the
    agency has caught up, and all after it is as it was.
    """
    pace, free = DAY_SECONDS / max(1, a_day), back
    done: list[datetime] = []
    for at in recorded:
        next_done = after_work(free, pace, calendar)
        if at >= back and at >= next_done:
            break
        free = next_done
        done.append(free)
    return WorkedOff((*done, *recorded[len(done) :]), free)
