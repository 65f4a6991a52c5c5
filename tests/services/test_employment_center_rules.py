"""The employment centre's rules on both sides of each boundary."""

from collections.abc import Mapping
from datetime import date

import pytest

from ieum_contracts.eligibility import Likelihood
from tests.services.asking import DAY, LIKELY, NEEDS_INFO, UNLIKELY, ask, boundaries

CENTRE = "services.employment_center"
Facts = Mapping[str, object]


def held(benefit: str, since: str, until: str | None = None) -> Facts:
    period = {"benefit": benefit, "since": since}
    return {"benefits": [period if until is None else {**period, "until": until}]}


JOBLESS: Facts = {
    "insured_days": 180,
    "employment_status": "unemployed",
    "able_to_work": True,
    "willing_to_work": True,
    "searching": True,
    "separation_kind": "contract-ended",
    "separation_date": date(2025, 9, 1),
}


@pytest.mark.parametrize(
    ("changes", "likelihood"),
    [
        ({}, LIKELY),
        ({"insured_days": 179}, UNLIKELY),
        ({"insured_days": None}, NEEDS_INFO),
        ({"separation_date": date(2025, 8, 31)}, UNLIKELY),
        ({"separation_date": DAY}, LIKELY),
        ({"separation_date": date(2026, 9, 2)}, UNLIKELY),
        ({"separation_kind": "left-of-own-accord"}, UNLIKELY),
        ({"separation_kind": "dismissed-for-grave-fault"}, UNLIKELY),
        ({"separation_kind": "left-with-just-cause"}, LIKELY),
        ({"employment_status": "self-employed"}, UNLIKELY),
        ({"able_to_work": False}, UNLIKELY),
        ({"searching": None}, NEEDS_INFO),
        ({"searching": None, "willing_to_work": False}, UNLIKELY),
    ],
)
def test_job_seeking_benefit(changes: Facts, likelihood: Likelihood) -> None:
    assert boundaries(CENTRE, "job-seeking-benefit", JOBLESS, changes) is likelihood


def test_twelve_months_after_separation_end_with_the_month() -> None:
    left_on_leap_day = {**JOBLESS, "separation_date": date(2028, 2, 29)}
    last = ask(CENTRE, "job-seeking-benefit", left_on_leap_day, date(2029, 2, 28))
    late = ask(CENTRE, "job-seeking-benefit", left_on_leap_day, date(2029, 3, 1))
    assert (last.likelihood, late.likelihood) == (LIKELY, UNLIKELY)


SUPPORTED: Facts = {
    "birth_date": date(1980, 1, 1),
    "household_size": 4,
    "household_income_monthly": 3_896_842,  # 60 % of 6,494,738 is 3,896,842.8
    "household_assets": 400_000_000,
    "work_days": 100,
    "work_hours": 0,
    "benefits": [],
    "own_income_monthly": 0,
    "student": False,
    "able_to_work": True,
    "employment_status": "unemployed",
}
AT_38: Facts = {"birth_date": DAY.replace(year=1988)}
YOUNG: Facts = {"birth_date": date(1991, 9, 2)}  # 35 on the day after the assessment


@pytest.mark.parametrize(
    ("changes", "likelihood"),
    [
        ({}, LIKELY),
        ({"household_income_monthly": 3_896_843}, UNLIKELY),
        ({"household_income_monthly": None}, NEEDS_INFO),
        ({"household_assets": 400_000_001}, UNLIKELY),
        ({**YOUNG, "household_assets": 500_000_000}, LIKELY),
        ({**YOUNG, "household_assets": 500_000_001}, UNLIKELY),
        ({"birth_date": DAY.replace(year=1991), "household_assets": 500_000_000}, NEEDS_INFO),
        (
            {
                "birth_date": DAY.replace(year=1991),
                "military_extension_years": 0,
                "household_assets": 500_000_000,
            },
            UNLIKELY,
        ),
        (
            {
                "birth_date": date(1988, 9, 2),
                "military_extension_years": 3,
                "household_assets": 500_000_000,
            },
            LIKELY,
        ),
        ({**AT_38, "household_assets": 500_000_000}, UNLIKELY),
        ({**AT_38, "military_extension_years": 5, "household_assets": 500_000_000}, UNLIKELY),
        ({"work_days": 99, "work_hours": 799}, UNLIKELY),
        ({"work_days": 99, "work_hours": 800}, LIKELY),
        ({"work_days": 99, "work_hours": None}, NEEDS_INFO),
        ({"birth_date": date(1956, 9, 2)}, LIKELY),
        ({"birth_date": date(1956, 9, 1)}, UNLIKELY),
        ({"birth_date": date(2011, 9, 1)}, LIKELY),
        ({"birth_date": date(2011, 9, 2)}, UNLIKELY),
    ],
)
def test_employment_support_by_requirements(changes: Facts, likelihood: Likelihood) -> None:
    assert boundaries(CENTRE, "employment-support-1", SUPPORTED, changes) is likelihood


@pytest.mark.parametrize(
    ("changes", "likelihood"),
    [
        (held("livelihood-benefit", "2026-01-01"), UNLIKELY),
        (held("livelihood-benefit", "2025-01-01", "2026-08-31"), LIKELY),
        (held("livelihood-benefit", "2026-09-01"), UNLIKELY),
        (held("livelihood-benefit", "2026-09-02"), LIKELY),
        (held("job-seeking-benefit", "2026-01-01"), UNLIKELY),
        (held("job-seeking-benefit", "2025-10-01", "2026-03-02"), UNLIKELY),
        (held("job-seeking-benefit", "2025-10-01", "2026-03-01"), LIKELY),
        (held("funded-job-programme", "2025-10-01", "2026-03-02"), UNLIKELY),
        (held("funded-job-programme", "2025-10-01", "2026-03-01"), LIKELY),
        (held("housing-benefit", "2025-10-01"), LIKELY),
        ({"benefits": None}, NEEDS_INFO),
        ({"own_income_monthly": 1_538_542}, LIKELY),  # 60 % of 2,564,238 is 1,538,542.8
        ({"own_income_monthly": 1_538_543}, UNLIKELY),
        ({"student": True}, UNLIKELY),
        ({"able_to_work": False}, UNLIKELY),
        ({"employment_status": "serving", "discharge_date": date(2026, 11, 1)}, LIKELY),
        ({"employment_status": "serving", "discharge_date": date(2026, 11, 2)}, UNLIKELY),
        ({"employment_status": "serving"}, NEEDS_INFO),
    ],
)
def test_who_is_excluded_from_employment_support(changes: Facts, likelihood: Likelihood) -> None:
    assert boundaries(CENTRE, "employment-support-1", SUPPORTED, changes) is likelihood


@pytest.mark.parametrize(
    ("changes", "likelihood", "cause"),
    [
        ({"work_days": 99, "work_hours": 799}, NEEDS_INFO, "discretionary"),
        ({}, UNLIKELY, None),
        ({**YOUNG, "household_income_monthly": 7_793_685}, NEEDS_INFO, "discretionary"),
        ({**YOUNG, "household_income_monthly": 7_793_686}, UNLIKELY, None),
        ({"work_days": 99, "work_hours": None}, NEEDS_INFO, "facts-missing"),
    ],
)
def test_selection_for_employment_support_is_left_to_a_person(
    changes: Facts, likelihood: Likelihood, cause: str | None
) -> None:
    result = ask(CENTRE, "employment-support-1-selective", {**SUPPORTED, **changes})
    assert (result.likelihood, result.cause) == (likelihood, cause)


@pytest.mark.parametrize(
    ("changes", "likelihood"),
    [
        ({"household_income_monthly": 6_494_738}, LIKELY),
        ({"household_income_monthly": 6_494_739, "priority_group": False}, UNLIKELY),
        ({"household_income_monthly": 6_494_739}, NEEDS_INFO),
        ({"household_income_monthly": 6_494_739, "priority_group": True}, LIKELY),
        ({"household_income_monthly": 9_000_000, **YOUNG}, LIKELY),
    ],
)
def test_employment_support_2(changes: Facts, likelihood: Likelihood) -> None:
    assert boundaries(CENTRE, "employment-support-2", SUPPORTED, changes) is likelihood


CARD: Facts = {"birth_date": date(1990, 1, 1), "employment_status": "unemployed", "student": False}
AT_44: Facts = {"employment_status": "large-firm", "birth_date": date(1981, 9, 2)}


@pytest.mark.parametrize(
    ("changes", "likelihood"),
    [
        ({}, LIKELY),
        ({"birth_date": date(1951, 9, 2)}, LIKELY),
        ({"birth_date": date(1951, 9, 1)}, UNLIKELY),
        ({"birth_date": date(2011, 9, 1)}, LIKELY),
        ({"birth_date": date(2011, 9, 2)}, UNLIKELY),
        ({"employment_status": "civil-servant"}, UNLIKELY),
        ({"employment_status": "private-school-staff"}, UNLIKELY),
        ({**AT_44, "own_income_monthly": 3_000_000}, UNLIKELY),
        ({**AT_44, "own_income_monthly": 2_999_999}, LIKELY),
        ({**AT_44, "birth_date": date(1981, 9, 1), "own_income_monthly": 3_000_000}, LIKELY),
        (AT_44, NEEDS_INFO),
        ({"employment_status": "special-type", "own_income_monthly": 5_000_000}, UNLIKELY),
        ({"employment_status": "special-type", "own_income_monthly": 4_999_999}, LIKELY),
        ({"employment_status": "self-employed", "yearly_revenue": 400_000_000}, UNLIKELY),
        ({"employment_status": "self-employed", "yearly_revenue": 399_999_999}, LIKELY),
        ({"student": True, "student_years_left": 3}, UNLIKELY),
        ({"student": True, "student_years_left": 2}, LIKELY),
        ({"student": True}, NEEDS_INFO),
    ],
)
def test_training_card(changes: Facts, likelihood: Likelihood) -> None:
    assert boundaries(CENTRE, "training-card", CARD, changes) is likelihood
