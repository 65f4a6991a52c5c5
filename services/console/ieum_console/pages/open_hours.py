"""How much of a time lies in the centre's business hours, 09:00 to 18:00 of its business days."""

from datetime import datetime, time, timedelta

from ieum.casework.business_days import CLOSES_AT, BusinessCalendar
from ieum.web.moments import SEOUL

OPENS_AT = time(9, 0)
DAYS_MAX = 400
_DAY = timedelta(days=1)


def is_open_at(calendar: BusinessCalendar, moment: datetime) -> bool:
    """Whether the centre is open at a moment."""
    there = moment.astimezone(SEOUL)
    return calendar.is_open(there.date()) and OPENS_AT <= there.time() < CLOSES_AT


def open_time(calendar: BusinessCalendar, start: datetime, end: datetime) -> timedelta:
    """Return how long the centre is open between two moments, within DAYS_MAX days of the first."""
    total, day = timedelta(), start.astimezone(SEOUL).date()
    for _ in range(DAYS_MAX):
        opens = datetime.combine(day, OPENS_AT, SEOUL)
        if opens >= end:
            break
        if calendar.is_open(day):
            closes = datetime.combine(day, CLOSES_AT, SEOUL)
            total += max(timedelta(), min(closes, end) - max(opens, start))
        day += _DAY
    return total
