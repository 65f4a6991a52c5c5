"""Amounts and limits by year: a year without a published figure leaves the question open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ieum.casework.conditions import Answer, Missing, all_of


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number by calendar year, in whole won unless its name says otherwise, and its source."""

    source: str
    by_year: Mapping[int, int]

    def on(self, day: date) -> int | None:
        """Return the number in force on a day; None without a published one for its year."""
        return self.by_year.get(day.year)


MEDIAN_INCOME_MONTHLY: Mapping[int, Mapping[int, int]] = {
    2025: {
        2: 3_932_658,
        3: 5_025_353,
        4: 6_097_773,
        5: 7_108_192,
        6: 8_064_805,
        7: 8_988_428,
    },
    2026: {
        1: 2_564_238,
        2: 4_199_292,
        3: 5_359_036,
        4: 6_494_738,
        5: 7_556_719,
        6: 8_555_952,
        7: 9_515_150,
    },
}
"""기준 중위소득 by year and household size (2026: 고시 2025-135); a size not listed has no figure."""
MEDIAN_INCOME_FURTHER_HEAD = Figure("고시 2025-135", {2026: 959_198})
HOUSEHOLD_IN_TABLE_MAX = 7


def median_income_monthly(household_size: int, on: date) -> int | None:
    """Return the standard median income of a household, won a month; None without a published figure."""
    table = MEDIAN_INCOME_MONTHLY.get(on.year, {})
    if household_size <= HOUSEHOLD_IN_TABLE_MAX:
        return table.get(household_size)
    largest = table.get(HOUSEHOLD_IN_TABLE_MAX)
    further = MEDIAN_INCOME_FURTHER_HEAD.on(on)
    if largest is None or further is None:
        return None
    return largest + (household_size - HOUSEHOLD_IN_TABLE_MAX) * further


def within_median(
    income_monthly: int | Missing, percent: int, household_size: int | Missing, on: date
) -> Answer:
    """Whether an income is at most this percentage of the household's median income, in whole won.

    Without a published figure for the year and household, no income is needed.
    """
    if isinstance(household_size, Missing):
        asked = income_monthly if isinstance(income_monthly, Missing) else True
        return all_of(household_size, asked) if on.year in MEDIAN_INCOME_MONTHLY else None
    median = median_income_monthly(household_size, on)
    if median is None:
        return None
    return income_monthly if isinstance(income_monthly, Missing) else 100 * income_monthly <= percent * median
