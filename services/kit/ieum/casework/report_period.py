"""The months that a report is about: months in Seoul, named as 2026-07."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from ieum_contracts.timing import SEOUL, day_of

MONTHS_MAX = 24
MONTHS_DEFAULT = 12
MONTH_PATTERN = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
_MONTHS = 12


class BadPeriod(StrEnum):
    """Why a report cannot be made of a period."""

    BACKWARDS = "period-backwards"
    TOO_LONG = "period-too-long"
    FUTURE = "period-future"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, from the first day of `first` until the month `last` is over."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """When the period begins."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """When the period is over."""
        return _midnight(_moved(self.last, 1))

    def months(self) -> Iterator[date]:
        """Give the first day of each month."""
        month = self.first
        while month <= self.last:
            yield month
            month = _moved(month, 1)


def period_of(first: str | None, last: str | None, now: datetime) -> Period | BadPeriod:
    """Return the period between two months, both included; without them the months up to the running one."""
    running = day_of(now).replace(day=1)
    end = running if last is None else _first_day(last)
    start = _moved(end, 1 - MONTHS_DEFAULT) if first is None else _first_day(first)
    if max(start, end) > running:
        return BadPeriod.FUTURE
    if start > end:
        return BadPeriod.BACKWARDS
    return BadPeriod.TOO_LONG if _moved(start, MONTHS_MAX) <= end else Period(start, end)


def is_over(month: date, now: datetime) -> bool:
    """Whether a month has ended: what is counted in it does not change any more."""
    return day_of(now) >= _moved(month, 1)


def month_text(month: date) -> str:
    """Return a month as it is written."""
    return f"{month:%Y-%m}"


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _moved(month: date, months: int) -> date:
    years, index = divmod(month.month - 1 + months, _MONTHS)
    return date(month.year + years, index + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SEOUL)
