"""Published numbers by the days on which they hold, each with its source and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ieum.casework.ages import AgeBand
from ieum.casework.conditions import Answer, Missing, all_of

FIRST_VERSION = date(2026, 11, 28)
"""The first version of the rules that is kept: what stands here without another day belongs to it."""


class Confidence(StrEnum):
    """How sure the published source is; a rule of low confidence never makes `unlikely`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class BySize:
    """A number by heads of a household; beyond the largest size each further head adds the same."""

    by_size: Mapping[int, int]
    further_head: int | None = None

    def of(self, heads: int) -> int | None:
        """Return the number for a household of this size; None without a published one."""
        largest = max(self.by_size)
        if heads <= largest:
            return self.by_size.get(heads)
        return (
            None
            if self.further_head is None
            else self.by_size[largest] + (heads - largest) * self.further_head
        )


FigureValue = int | BySize | AgeBand


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One published number (won, percent, days, years: its name says which) and the days on which it holds.

    `added` is the version of the rules with which it came in: earlier versions do not know it.
    """

    value: FigureValue
    source: str
    since: date
    until: date | None = None
    confidence: Confidence = Confidence.HIGH
    added: date = FIRST_VERSION

    def holds(self, on: date, version: date | None) -> bool:
        """Whether a version of the rules knows the number for a day; None is the newest version."""
        known = version is None or self.added <= version
        return known and self.since <= on and (self.until is None or on <= self.until)


FigureTable = Mapping[str, tuple[FigureRow, ...]]
"""Rows by the name of their figure; of two that hold on a day the later one counts."""


def of_years(
    value: FigureValue,
    source: str,
    first: int,
    last: int | None = None,
    *,
    confidence: Confidence = Confidence.HIGH,
    added: date = FIRST_VERSION,
) -> FigureRow:
    """Make a row for whole years, of the first alone unless a last one is named."""
    return FigureRow(value, source, date(first, 1, 1), date(last or first, 12, 31), confidence, added)


def from_year(
    value: FigureValue,
    source: str,
    first: int,
    *,
    confidence: Confidence = Confidence.HIGH,
    added: date = FIRST_VERSION,
) -> FigureRow:
    """Make a row that holds from a year on, until the law is changed."""
    return FigureRow(value, source, date(first, 1, 1), None, confidence, added)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures that a rule may read: those that hold on a day, None where there is none."""

    day: date
    values: Mapping[str, FigureValue | None]

    def number(self, name: str) -> int | None:
        """Return a number; None without a published one for the day."""
        value = self.values[name]
        return value if isinstance(value, int) else None

    def by_size(self, name: str) -> BySize | None:
        """Return a number by heads of the household."""
        value = self.values[name]
        return value if isinstance(value, BySize) else None

    def ages(self, name: str) -> AgeBand | None:
        """Return an age band."""
        value = self.values[name]
        return value if isinstance(value, AgeBand) else None


def figures_on(table: FigureTable, day: date, version: date | None = None) -> Figures:
    """Return the figures of a table as a version of the rules has them for a day."""
    rows = {name: row_on(each, day, version) for name, each in table.items()}
    return Figures(day, {name: None if row is None else row.value for name, row in rows.items()})


def row_on(rows: tuple[FigureRow, ...], on: date, version: date | None = None) -> FigureRow | None:
    """Return the row that a version of the rules has for a day; None without a published figure."""
    return next((each for each in reversed(rows) if each.holds(on, version)), None)


MEDIAN = "median_income"
MEDIAN_INCOME: FigureTable = {
    MEDIAN: (
        of_years(
            BySize({2: 3_932_658, 3: 5_025_353, 4: 6_097_773, 5: 7_108_192, 6: 8_064_805, 7: 8_988_428}),
            "2025년 기준 중위소득 고시 (1인 가구 수치 없음)",
            2025,
        ),
        of_years(
            BySize(
                {
                    1: 2_564_238,
                    2: 4_199_292,
                    3: 5_359_036,
                    4: 6_494_738,
                    5: 7_556_719,
                    6: 8_555_952,
                    7: 9_515_150,
                },
                959_198,
            ),
            "2026년 기준 중위소득 고시 2025-135",
            2026,
        ),
    )
}
"""기준 중위소득, won a month; every agency's table takes it in."""


def median_income_monthly(heads: int, on: date) -> int | None:
    """Return the standard median income of a household, won a month; None without a published figure."""
    median = figures_on(MEDIAN_INCOME, on).by_size(MEDIAN)
    return None if median is None else median.of(heads)


def within_median(
    income_monthly: int | Missing, percent: int | None, household_size: int | Missing, figures: Figures
) -> Answer:
    """Whether an income is at most this percentage of the household's median income, in whole won.

    Without a published figure for the year and household, no income is needed.
    """
    median = figures.by_size(MEDIAN)
    if median is None or percent is None:
        return None
    if isinstance(household_size, Missing):
        asked = income_monthly if isinstance(income_monthly, Missing) else True
        return all_of(household_size, asked)
    of_household = median.of(household_size)
    if of_household is None:
        return None
    return (
        income_monthly
        if isinstance(income_monthly, Missing)
        else 100 * income_monthly <= percent * of_household
    )


def at_most_by_size(value: int | Missing, household_size: int | Missing, limits: BySize | None) -> Answer:
    """Whether a value is at most the limit for the household; without a figure nothing is asked for."""
    if limits is None:
        return None
    if isinstance(household_size, Missing):
        return household_size
    limit = limits.of(household_size)
    if limit is None:
        return None
    return value if isinstance(value, Missing) else value <= limit
