"""Time at work: the seconds between two moments in which a centre is open, 09:00 to 18:00 in Seoul."""

from datetime import datetime, time, timedelta

from ieum.casework.business_days import CLOSES_AT, SEARCH_DAYS_MAX, BusinessCalendar
from ieum_contracts.timing import SEOUL

OPENS_AT = time(9, 0)
_DAY = timedelta(days=1)


def business_seconds(since: datetime, until: datetime, calendar: BusinessCalendar) -> float:
    """Count the seconds of business hours between two moments; of spans over ten years only the first ten."""
    begin, end = since.astimezone(SEOUL), until.astimezone(SEOUL)
    day, seconds = begin.date(), 0.0
    for _ in range(SEARCH_DAYS_MAX):
        if day > end.date():
            break
        if calendar.is_open(day):
            opens = max(begin, datetime.combine(day, OPENS_AT, SEOUL))
            closes = min(end, datetime.combine(day, CLOSES_AT, SEOUL))
            seconds += max(0.0, (closes - opens).total_seconds())
        day += _DAY
    return seconds


def is_business_hour(at: datetime, calendar: BusinessCalendar) -> bool:
    """Whether the centre is open at a moment."""
    local = at.astimezone(SEOUL)
    return calendar.is_open(local.date()) and OPENS_AT <= local.time() < CLOSES_AT
