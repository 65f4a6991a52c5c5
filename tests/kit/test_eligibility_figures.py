"""Ages, spans of months and median incomes at their boundaries."""

from datetime import date

import pytest

from ieum.casework.ages import age_on, months_before
from ieum.casework.conditions import all_of, any_of, none_of, within_months
from ieum.casework.figures import MEDIAN_INCOME, figures_on, median_income_monthly, within_median

DAY_2026 = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(1991, 7, 2), date(2026, 7, 1), 34),
        (date(1991, 7, 1), date(2026, 7, 1), 35),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2000, 2, 29), date(2028, 2, 29), 28),
        (date(2026, 7, 1), date(2026, 7, 1), 0),
        (date(1999, 12, 31), date(2026, 1, 1), 26),
    ],
)
def test_age_is_counted_in_completed_years(birth: date, on: date, age: int) -> None:
    assert age_on(birth, on) == age


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
        (date(2028, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2026, 2, 28), 6, date(2025, 8, 28)),
        (date(2026, 1, 1), 36, date(2023, 1, 1)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_go_back_to_the_same_day_or_the_months_last(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@pytest.mark.parametrize(
    ("past", "inside"),
    [
        (date(2026, 1, 1), True),
        (date(2025, 12, 31), False),
        (date(2026, 7, 1), True),
        (date(2026, 7, 2), False),
    ],
)
def test_a_span_of_months_holds_both_its_ends_and_nothing_ahead(*, past: date, inside: bool) -> None:
    assert within_months(past, 6, DAY_2026) is inside


@pytest.mark.parametrize(
    ("size", "year", "median"),
    [
        (1, 2026, 2_564_238),
        (2, 2026, 4_199_292),
        (3, 2026, 5_359_036),
        (4, 2026, 6_494_738),
        (5, 2026, 7_556_719),
        (6, 2026, 8_555_952),
        (7, 2026, 9_515_150),
        (8, 2026, 10_474_348),
        (10, 2026, 12_392_744),
        (1, 2025, None),
        (2, 2025, 3_932_658),
        (7, 2025, 8_988_428),
        (8, 2025, None),
        (4, 2027, None),
        (0, 2026, None),
    ],
)
def test_the_median_income_of_a_household_by_size_and_year(size: int, year: int, median: int | None) -> None:
    assert median_income_monthly(size, date(year, 7, 1)) == median


@pytest.mark.parametrize("percent", [32, 40, 48, 50, 60, 75, 100, 120])
@pytest.mark.parametrize("size", [1, 4, 7, 9])
def test_a_share_of_the_median_is_met_to_the_last_whole_won(size: int, percent: int) -> None:
    median = median_income_monthly(size, DAY_2026)
    assert median is not None
    highest = percent * median // 100
    figures, later = figures_on(MEDIAN_INCOME, DAY_2026), figures_on(MEDIAN_INCOME, date(2027, 1, 1))
    assert within_median(highest, percent, size, figures) is True
    assert within_median(highest + 1, percent, size, figures) is False
    assert within_median(highest, percent, size, later) is None


@pytest.mark.parametrize(
    ("first", "second", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, None, None, None),
    ],
)
def test_what_is_unknown_matters_only_where_it_could_decide(
    *, first: bool | None, second: bool | None, both: bool | None, either: bool | None
) -> None:
    neither = None if either is None else not either
    assert all_of(first, second) is all_of(second, first) is both
    assert any_of(first, second) is any_of(second, first) is either
    assert none_of(first, second) is none_of(second, first) is neither
