"""The words that rules are written in, where facts, figures or the calendar end."""

from datetime import date

import pytest

from ieum.casework.ages import AgeBand, months_before
from ieum.casework.conditions import (
    Missing,
    Places,
    aged,
    aged_after_service,
    all_of,
    any_of,
    at_least,
    at_most,
    held_lately,
    located_in,
    within_months,
    within_months_ahead,
)
from ieum.casework.figures import MEDIAN_INCOME, BySize, Figures, at_most_by_size, figures_on, within_median
from ieum.casework.rules import rule
from ieum_contracts.client_codes import Benefit

DAY, NO_BAND = date(2026, 9, 1), None
A, B = Missing(frozenset({"birth_date"})), Missing(frozenset({"sex"}))
NOWHERE = Figures(DAY, {"median_income": None})
MEDIAN = figures_on(MEDIAN_INCOME, DAY)


def test_a_missing_fact_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(A)


def test_without_a_figure_every_question_stays_open_and_asks_for_nothing() -> None:
    assert aged(A, NO_BAND, DAY) is None
    assert aged_after_service(A, NO_BAND, A, DAY) is None
    assert within_months(A, None, DAY) is None
    assert within_months_ahead(A, None, DAY) is None
    assert held_lately(A, Benefit.NEAR_POOR, None, DAY) is None
    assert at_most(A, None) is None
    assert at_most(None, 1) is None
    assert at_least(A, None) is None
    assert at_least(None, 1) is None
    assert within_median(A, None, 4, MEDIAN) is None
    assert within_median(A, 50, 4, NOWHERE) is None
    assert within_median(A, 50, 1, figures_on(MEDIAN_INCOME, date(2025, 9, 1))) is None
    assert at_most_by_size(A, 4, None) is None
    assert at_most_by_size(A, 3, BySize({4: 1})) is None
    assert at_most_by_size(1, 5, BySize({4: 1}, 10)) is True


def test_a_missing_fact_stays_missing() -> None:
    assert within_median(A, 50, 4, MEDIAN) == A
    assert within_median(1, 50, B, MEDIAN) == B
    assert within_months(A, 6, DAY) == within_months_ahead(A, 6, DAY) == A
    assert held_lately(A, Benefit.NEAR_POOR, 6, DAY) == A


def test_a_fact_that_can_no_longer_change_the_answer_is_not_asked_for() -> None:
    assert all_of(any_of(A, None), None, B) == Missing(frozenset({"sex"}), frozenset({0, 1}))


def test_service_lifts_a_band_by_its_years_and_no_more() -> None:
    band = AgeBand(15, 34, 3)
    assert (band.lifted(2), band.lifted(9)) == (AgeBand(15, 36), AgeBand(15, 37))


def test_going_back_or_ahead_ends_with_the_calendar() -> None:
    assert months_before(date.min, 1) == date.min
    assert months_before(date.max, -1) == date.max


@pytest.mark.parametrize(
    ("places", "answer"),
    [
        (frozenset({"41630"}), True),
        (frozenset({"41150"}), False),
        (frozenset({"41630", "41150"}), Missing(frozenset({"residence_municipality"}))),
        (frozenset({"41150", "41250"}), False),
        (None, Missing(frozenset({"residence_municipality"}))),
    ],
)
def test_a_name_of_several_places_decides_nothing(
    places: frozenset[str] | None, answer: bool | Missing
) -> None:
    assert located_in(Places("residence_municipality", (places,)), "41630") == answer


@pytest.mark.parametrize(
    ("added", "dropped", "version", "there"),
    [
        (date(2026, 11, 28), None, None, True),
        (date(2026, 11, 28), date(2027, 1, 1), None, False),
        (date(2026, 11, 28), None, date(2026, 11, 28), True),
        (date(2026, 11, 29), None, date(2026, 11, 28), False),
        (date(2026, 11, 28), date(2027, 1, 1), date(2026, 12, 31), True),
        (date(2026, 11, 28), date(2027, 1, 1), date(2027, 1, 1), False),
    ],
)
def test_a_rule_is_in_the_versions_from_its_first_to_the_one_before_it_went(
    *, added: date, dropped: date | None, version: date | None, there: bool
) -> None:
    @rule("시험법 (2026)", "시험", since=DAY, versions=(added, dropped))
    def trial() -> bool:
        """Hold."""
        return True

    assert trial.in_version(version) is there
