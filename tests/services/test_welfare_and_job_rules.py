"""The welfare team's and the job centre's rules on both sides of each boundary."""

from collections.abc import Mapping
from datetime import date

import pytest

from ieum.casework.figures import median_income_monthly
from ieum_contracts.eligibility import Likelihood
from tests.services.asking import DAY, LIKELY, NEEDS_INFO, UNLIKELY, ask, boundaries

WELFARE = "services.city_welfare_team"
JOBS = "services.city_job_center"
Facts = Mapping[str, object]


@pytest.mark.parametrize(
    ("programme", "size", "highest"),
    [
        ("livelihood", 1, 820_556),
        ("livelihood", 2, 1_343_773),
        ("livelihood", 4, 2_078_316),
        ("livelihood", 7, 3_044_848),
        ("livelihood", 8, 3_351_791),
        ("livelihood", 12, 4_579_564),
        ("medical", 1, 1_025_695),
        ("medical", 4, 2_597_895),
        ("medical", 8, 4_189_739),
        ("housing", 1, 1_230_834),
        ("housing", 4, 3_117_474),
        ("housing", 9, 5_488_102),
        ("education", 1, 1_282_119),
        ("education", 3, 2_679_518),
        ("education", 10, 6_196_372),
    ],
)
def test_basic_livelihood_security_to_the_last_won(programme: str, size: int, highest: int) -> None:
    facts: Facts = {"household_size": size, "recognised_income_monthly": highest}
    assert boundaries(WELFARE, programme, facts, {}) is LIKELY
    assert boundaries(WELFARE, programme, facts, {"recognised_income_monthly": highest + 1}) is UNLIKELY
    assert boundaries(WELFARE, programme, facts, {"household_size": None}) is NEEDS_INFO
    assert boundaries(WELFARE, programme, facts, {}, date(2027, 1, 1)) is NEEDS_INFO


def test_a_year_before_the_published_rules_needs_information() -> None:
    result = ask(
        WELFARE, "livelihood", {"household_size": 2, "recognised_income_monthly": 0}, date(2025, 12, 31)
    )
    assert (result.likelihood, result.cause) == (NEEDS_INFO, "no-published-rule")


MID_2025 = date(2025, 7, 1)
CRISIS: Facts = {
    "crisis_cause": "income-lost",
    "household_size": 4,
    "household_income_monthly": 4_573_329,  # 75 % of 6,097,773 is 4,573,329.75
    "household_assets": 152_000_000,
    "financial_assets": 12_097_000,
}


@pytest.mark.parametrize(
    ("changes", "on", "likelihood"),
    [
        ({}, MID_2025, LIKELY),
        ({"household_income_monthly": 4_573_330}, MID_2025, UNLIKELY),
        ({"household_assets": 152_000_001}, MID_2025, UNLIKELY),
        ({"financial_assets": 12_097_001}, MID_2025, UNLIKELY),
        ({"crisis_cause": None}, MID_2025, NEEDS_INFO),
        ({"household_size": 3, "household_income_monthly": 0}, MID_2025, NEEDS_INFO),
        ({"household_size": 1, "household_income_monthly": 0}, MID_2025, NEEDS_INFO),
        ({}, DAY, NEEDS_INFO),
        ({"household_income_monthly": 4_871_054}, DAY, UNLIKELY),
    ],
)
def test_emergency_relief(changes: Facts, on: date, likelihood: Likelihood) -> None:
    assert boundaries(WELFARE, "emergency-relief", CRISIS, changes, on) is likelihood


@pytest.mark.parametrize(
    ("needs", "likelihood", "cause"),
    [
        (["debt-arrears", "work-finding"], NEEDS_INFO, "discretionary"),
        (["debt-arrears", "debt-credit"], UNLIKELY, None),
        (["housing-rent"], UNLIKELY, None),
        ([], UNLIKELY, None),
        (None, NEEDS_INFO, "facts-missing"),
    ],
)
def test_case_management_asks_for_needs_of_two_areas_and_a_person_decides(
    needs: list[str] | None, likelihood: Likelihood, cause: str | None
) -> None:
    result = ask(WELFARE, "case-management", {"needs": needs})
    assert (result.likelihood, result.cause) == (likelihood, cause)
    assert result.discretionary


@pytest.mark.parametrize("programme", ["welfare-counselling", "local-resources", "self-reliance"])
def test_what_has_no_published_rule_says_so(programme: str) -> None:
    result = ask(WELFARE, programme, {})
    assert (result.likelihood, result.cause) == (NEEDS_INFO, "no-published-rule")


@pytest.mark.parametrize("programme", ["job-counselling", "job-fair", "job-programme", "job-placement"])
@pytest.mark.parametrize(
    ("lives", "works", "likelihood"),
    [
        ("양주시", None, LIKELY),
        (None, "yangju", LIKELY),
        ("의정부시", "양주시", LIKELY),
        ("의정부시", "동두천시", UNLIKELY),
        ("의정부시", None, NEEDS_INFO),
        (None, None, NEEDS_INFO),
    ],
)
def test_the_job_centre_serves_whoever_lives_or_works_in_the_city(
    programme: str, lives: str | None, works: str | None, likelihood: Likelihood
) -> None:
    facts = {"residence_municipality": lives, "workplace_municipality": works}
    assert ask(JOBS, programme, facts).likelihood is likelihood


@pytest.mark.parametrize(
    ("works", "likelihood"), [("양주시", LIKELY), ("포천시", UNLIKELY), (None, NEEDS_INFO)]
)
def test_employers_need_a_workplace_in_the_city(works: str | None, likelihood: Likelihood) -> None:
    facts = {"residence_municipality": "양주시", "workplace_municipality": works}
    assert ask(JOBS, "hiring-support", facts).likelihood is likelihood


def test_the_figures_above_follow_from_the_published_median() -> None:
    assert median_income_monthly(8, DAY) == 10_474_348
    assert 32 * 10_474_348 // 100 == 3_351_791
