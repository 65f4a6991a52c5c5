"""The centre's business days, and when something is due: pure functions of a calendar and a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ieum_contracts.overdue import ClockUnit
from ieum_contracts.timing import SEOUL, day_of

CLOSES_AT = time(18, 0)
"""The end of a business day, 09:00 to 18:00 in Seoul: what is due on a day is due then."""
SATURDAY = 5
SEARCH_DAYS_MAX = 3_660
"""A centre that is closed for ten years has no next business day."""
OWN_DAYS_MAX = 1_000
_DAY = timedelta(days=1)

Why = Annotated[str, Field(min_length=1, max_length=100)]


class OwnDays(BaseModel):
    """A centre's own days, by date: `closed` in addition to public holidays, `working` in spite of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    closed: Mapping[date, Why] = Field(default={}, max_length=OWN_DAYS_MAX)
    working: Mapping[date, Why] = Field(default={}, max_length=OWN_DAYS_MAX)

    @model_validator(mode="after")
    def _each_day_once(self) -> Self:
        both = sorted(self.closed.keys() & self.working.keys())
        if both:
            raise ValueError(f"{both[0]} is both closed and working; leave it in one of the two tables.")
        return self


NO_OWN_DAYS = OwnDays()


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """The business days of a centre; `is_holiday` tells public holidays, substitutes included."""

    is_holiday: Callable[[date], bool]
    own: OwnDays = NO_OWN_DAYS

    def is_open(self, day: date) -> bool:
        """Whether the centre works on a day."""
        if day in self.own.working:
            return True
        return day.weekday() < SATURDAY and day not in self.own.closed and not self.is_holiday(day)

    def due(self, since: datetime, amount: int, unit: ClockUnit) -> datetime:
        """Return when something that began is due; a day on which it began is not counted.

        A peer may publish any number of days: what has not that many within ten years is due after ten.
        """
        match unit:
            case ClockUnit.SECONDS:
                return since + timedelta(seconds=amount)
            case ClockUnit.CALENDAR_DAYS:
                return end_of(day_of(since) + amount * _DAY)
            case ClockUnit.BUSINESS_DAYS:
                return end_of(self._after(day_of(since), amount))

    def used(self, since: datetime, until: datetime, unit: ClockUnit) -> int:
        """Count what has run off between two times: whole units, of days those that ended at 18:00."""
        if unit is ClockUnit.SECONDS:
            return max(0, int((until - since).total_seconds()))
        day, number = day_of(since), 0
        for _ in range(SEARCH_DAYS_MAX):
            day += _DAY
            if end_of(day) > until:
                break
            number += unit is ClockUnit.CALENDAR_DAYS or self.is_open(day)
        return number

    def _after(self, day: date, amount: int) -> date:
        left = amount
        for _ in range(SEARCH_DAYS_MAX):
            if left == 0:
                break
            day += _DAY
            left -= self.is_open(day)
        return day


def end_of(day: date) -> datetime:
    """Return 18:00 in Seoul of a day, in UTC."""
    return datetime.combine(day, CLOSES_AT, SEOUL).astimezone(UTC)


def weekends_only(day: date) -> bool:  # noqa: ARG001 - it knows none
    """Tell no public holiday: the calendar of whoever knows no country."""
    return False


WEEKDAYS = BusinessCalendar(weekends_only)
"""Monday to Friday, without holidays."""
