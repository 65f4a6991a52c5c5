"""Completed years of age on a day, bands of ages, and days some months back."""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Ages in completed years, both included; military service lifts the oldest by so many years at most."""

    youngest: int
    oldest: int
    extension_years_max: int = 0

    def lifted(self, years: int) -> Self:
        """Return the band for somebody with these years of service."""
        return type(self)(self.youngest, self.oldest + min(years, self.extension_years_max))


def age_on(birth: date, on: date) -> int:
    """Count completed years (만 나이): a person born on 29 February turns on 1 March in a common year.

    Civil Act (민법) articles 158 and 160.
    """
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def months_before(day: date, months: int) -> date:
    """Go back this many months: the same day of that month, else its last day; never beyond the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if months > 0 else date.max
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
