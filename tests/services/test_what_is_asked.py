"""A fact is asked for only where it could change the advice; one that is sensitive last of all."""

from collections.abc import Mapping
from datetime import date

import pytest

from tests.services.asking import DAY, ask

WOMEN, FINANCE = "services.women_reemployment_center", "services.microfinance_center"
CENTRE, WELFARE = "services.employment_center", "services.city_welfare_team"
VETERANS, JOBS = "services.veterans_center", "services.city_job_center"
Facts = Mapping[str, object]
LATE_2025 = date(2025, 12, 1)
"""The hours of an internship's post are published for 2025 alone."""
RETURNING: Facts = {"sex": "female", "willing_to_work": True, "career_break_reason": "childcare"}
OTHERWISE: Facts = {**RETURNING, "career_break_reason": "other"}
POST: Facts = {"post_weekly_hours": 33, "post_months": 3}


def missing(package: str, programme: str, facts: Facts, on: date = DAY) -> list[str]:
    """Name the facts that are asked for."""
    advice = ask(package, programme, facts, on)
    return [item.removeprefix("circumstances.") for each in advice.rules for item in each.missing]


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        (RETURNING, DAY, []),
        (RETURNING, LATE_2025, ["post_weekly_hours", "post_months"]),
        ({**RETURNING, "post_weekly_hours": 40}, LATE_2025, ["post_months"]),
        ({**RETURNING, "post_weekly_hours": 20}, LATE_2025, []),
        ({**RETURNING, "post_weekly_hours": 33}, LATE_2025, ["post_months"]),
        ({**RETURNING, **POST}, LATE_2025, ["marriage_immigrant"]),
        ({**RETURNING, **POST, "post_months": 2}, LATE_2025, []),
        ({**RETURNING, **POST, "sex": "male"}, LATE_2025, []),
        ({**RETURNING, **POST, "sex": None}, LATE_2025, ["sex"]),
        ({**RETURNING, **POST, "marriage_immigrant": True}, LATE_2025, []),
        ({}, LATE_2025, ["sex", "willing_to_work", "career_break_reason", "never_worked", *POST]),
    ],
)
def test_a_marriage_immigrant_is_asked_last_and_only_where_it_matters(
    facts: Facts, on: date, expected: list[str]
) -> None:
    assert missing(WOMEN, "women-internship", facts, on) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (OTHERWISE, ["never_worked"]),
        ({**OTHERWISE, "never_worked": False}, ["marriage_immigrant"]),
        ({**OTHERWISE, "never_worked": True}, []),
        ({**OTHERWISE, "never_worked": False, "willing_to_work": None}, ["willing_to_work"]),
        ({**OTHERWISE, "never_worked": False, "willing_to_work": False}, []),
    ],
)
def test_who_is_served_is_asked_in_order(facts: Facts, expected: list[str]) -> None:
    assert missing(WOMEN, "women-counselling", facts) == expected


@pytest.mark.parametrize(
    ("package", "programme", "facts", "on", "expected"),
    [
        (CENTRE, "training-card", {"employment_status": "civil-servant"}, DAY, []),
        (CENTRE, "training-card", {"employment_status": "unemployed", "student": False}, DAY, ["birth_date"]),
        (FINANCE, "debt-adjustment-prompt", {"arrears_days": 40}, DAY, []),
        (FINANCE, "sunshine-youth", {"own_income_annual": 40_000_000}, DAY, []),
        (FINANCE, "smile-microcredit", {"credit_percentile": 10}, DAY, []),
        (FINANCE, "smile-microcredit", {"credit_percentile": 30}, DAY, ["benefits"]),
        (FINANCE, "sunshine-special", {}, date(2027, 1, 1), []),
        (WELFARE, "livelihood", {}, date(2027, 1, 1), []),
        (WELFARE, "livelihood", {"household_size": 4}, DAY, ["recognised_income_monthly"]),
        (
            WELFARE,
            "emergency-relief",
            {"crisis_cause": "homeless"},
            date(2026, 1, 1),
            ["household_income_monthly", "household_size"],
        ),
        (JOBS, "job-counselling", {"residence_municipality": "양주시"}, DAY, []),
        (JOBS, "job-counselling", {"residence_municipality": "포천시"}, DAY, ["workplace_municipality"]),
        (VETERANS, "veterans-employment", {"rank_class": "enlisted"}, DAY, []),
    ],
)
def test_what_cannot_change_the_advice_is_not_asked_for(
    package: str, programme: str, facts: Facts, on: date, expected: list[str]
) -> None:
    assert missing(package, programme, facts, on) == expected


def test_military_service_is_asked_only_of_those_it_could_bring_into_the_band() -> None:
    rich: Facts = {"household_income_monthly": 9_000_000, "household_size": 2, "priority_group": False}
    for born, expected in (
        (date(1991, 9, 2), []),
        (date(1991, 9, 1), ["military_extension_years"]),
        (date(1988, 9, 2), ["military_extension_years"]),
        (date(1988, 9, 1), []),
        (None, ["birth_date", "birth_date"]),
    ):
        assert missing(CENTRE, "employment-support-2", {**rich, "birth_date": born}) == expected
