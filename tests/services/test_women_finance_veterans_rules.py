"""The rules of the women's, the microfinance and the veterans' centre on both sides of each boundary."""

from collections.abc import Mapping
from datetime import date

import pytest

from ieum_contracts.eligibility import Likelihood
from tests.services.asking import DAY, LIKELY, NEEDS_INFO, UNLIKELY, ask, boundaries

WOMEN = "services.women_reemployment_center"
FINANCE = "services.microfinance_center"
VETERANS = "services.veterans_center"
Facts = Mapping[str, object]

RETURNING: Facts = {"sex": "female", "willing_to_work": True, "career_break_reason": "childcare"}
NEW_HERE: Facts = {"career_break_reason": None, "never_worked": False}


@pytest.mark.parametrize("programme", ["women-counselling", "women-training"])
@pytest.mark.parametrize(
    ("changes", "likelihood"),
    [
        ({}, LIKELY),
        ({"career_break_reason": "working-conditions"}, LIKELY),
        ({"career_break_reason": None, "never_worked": True}, LIKELY),
        ({**NEW_HERE, "marriage_immigrant": True}, LIKELY),
        (NEW_HERE, NEEDS_INFO),
        ({"career_break_reason": "other", "never_worked": False, "marriage_immigrant": False}, UNLIKELY),
        ({"sex": "male"}, UNLIKELY),
        ({"willing_to_work": False}, UNLIKELY),
        ({"willing_to_work": None}, NEEDS_INFO),
    ],
)
def test_which_women_are_served(programme: str, changes: Facts, likelihood: Likelihood) -> None:
    assert boundaries(WOMEN, programme, RETURNING, changes) is likelihood


@pytest.mark.parametrize(
    ("on", "rule", "name"),
    [
        (date(2026, 6, 30), "career-interrupted", "경력단절여성등"),
        (date(2026, 7, 1), "career-experienced", "경력보유여성등"),
    ],
)
def test_the_law_calls_them_by_another_name_from_july_2026(on: date, rule: str, name: str) -> None:
    asked = ask(WOMEN, "women-counselling", RETURNING, on).rules
    assert [each.rule for each in asked] == ["woman-willing-to-work", rule]
    assert name in asked[1].explanation_ko


POST: Facts = {**RETURNING, "post_weekly_hours": 35, "post_months": 3}


@pytest.mark.parametrize(
    ("changes", "on", "likelihood"),
    [
        ({}, date(2025, 12, 31), LIKELY),
        ({"post_weekly_hours": 34, "marriage_immigrant": False}, date(2025, 12, 31), UNLIKELY),
        ({"post_weekly_hours": 30, "marriage_immigrant": True}, date(2025, 12, 31), LIKELY),
        ({"post_weekly_hours": 29, "marriage_immigrant": True}, date(2025, 12, 31), UNLIKELY),
        ({"post_weekly_hours": 30}, date(2025, 12, 31), NEEDS_INFO),
        ({"post_months": 2}, date(2025, 12, 31), UNLIKELY),
        ({"post_weekly_hours": None, "post_months": None}, date(2025, 12, 31), NEEDS_INFO),
        ({}, DAY, NEEDS_INFO),
    ],
)
def test_an_internship_needs_a_post(changes: Facts, on: date, likelihood: Likelihood) -> None:
    assert boundaries(WOMEN, "women-internship", POST, changes, on) is likelihood


DEBTS: Facts = {"unsecured_debt": 500_000_000, "secured_debt": 1_000_000_000}


@pytest.mark.parametrize(
    ("days", "risk", "prompt", "pre", "individual"),
    [
        (0, True, LIKELY, UNLIKELY, UNLIKELY),
        (0, False, UNLIKELY, UNLIKELY, UNLIKELY),
        (0, None, NEEDS_INFO, UNLIKELY, UNLIKELY),
        (1, None, LIKELY, UNLIKELY, UNLIKELY),
        (30, False, LIKELY, UNLIKELY, UNLIKELY),
        (31, True, UNLIKELY, LIKELY, UNLIKELY),
        (89, True, UNLIKELY, LIKELY, UNLIKELY),
        (90, True, UNLIKELY, UNLIKELY, LIKELY),
        (None, None, NEEDS_INFO, NEEDS_INFO, NEEDS_INFO),
    ],
)
def test_arrears_decide_how_debts_are_adjusted(
    *, days: int | None, risk: bool | None, prompt: Likelihood, pre: Likelihood, individual: Likelihood
) -> None:
    facts = {**DEBTS, "arrears_days": days, "arrears_risk": risk}
    kinds = ("debt-adjustment-prompt", "debt-adjustment-pre", "debt-adjustment-individual")
    assert [ask(FINANCE, kind, facts).likelihood for kind in kinds] == [prompt, pre, individual]


@pytest.mark.parametrize(
    ("changes", "likelihood"),
    [
        ({}, LIKELY),
        ({"unsecured_debt": 500_000_001, "secured_debt": 0}, UNLIKELY),
        ({"unsecured_debt": 0, "secured_debt": 1_000_000_001}, UNLIKELY),
        ({"unsecured_debt": None}, NEEDS_INFO),
        ({"unsecured_debt": None, "secured_debt": 1_000_000_001}, UNLIKELY),
    ],
)
def test_debts_have_limits(changes: Facts, likelihood: Likelihood) -> None:
    facts: Facts = {**DEBTS, "arrears_days": 90}
    assert boundaries(FINANCE, "debt-adjustment-individual", facts, changes) is likelihood


OLD_LOAN: Facts = {"taken_on": "2020-01-01", "repaid_on": "2023-09-01", "credit_percentile": 15}
LONG_REPAID: Facts = {**OLD_LOAN, "repaid_on": "2023-08-31"}
NEW_LOAN: Facts = {"taken_on": "2026-03-01", "credit_percentile": 15}


@pytest.mark.parametrize(
    ("programme", "facts", "likelihood"),
    [
        ("sunshine-special", {"own_income_annual": 35_000_000, "credit_percentile": 20}, LIKELY),
        ("sunshine-special", {"own_income_annual": 35_000_001, "credit_percentile": 20}, UNLIKELY),
        ("sunshine-special", {"own_income_annual": 35_000_000, "credit_percentile": 21}, UNLIKELY),
        ("sunshine-special", {"own_income_annual": 35_000_000}, NEEDS_INFO),
        ("sunshine-youth", {"own_income_annual": 35_000_000, "birth_date": date(1991, 9, 2)}, LIKELY),
        ("sunshine-youth", {"own_income_annual": 35_000_000, "birth_date": date(1991, 9, 1)}, UNLIKELY),
        ("sunshine-bank", {"policy_loans": [OLD_LOAN], "credit_percentile": 16}, LIKELY),
        ("sunshine-bank", {"policy_loans": [OLD_LOAN], "credit_percentile": 15}, UNLIKELY),
        ("sunshine-bank", {"policy_loans": [NEW_LOAN], "credit_percentile": 16}, LIKELY),
        ("sunshine-bank", {"policy_loans": [{**NEW_LOAN, "taken_on": "2026-03-02"}]}, UNLIKELY),
        ("sunshine-bank", {"policy_loans": [LONG_REPAID], "credit_percentile": 16}, UNLIKELY),
        ("sunshine-bank", {"policy_loans": [LONG_REPAID, NEW_LOAN], "credit_percentile": 16}, LIKELY),
        ("sunshine-bank", {"policy_loans": []}, UNLIKELY),
        ("sunshine-bank", {"policy_loans": [NEW_LOAN]}, NEEDS_INFO),
        ("sunshine-bank", {"credit_percentile": 16}, NEEDS_INFO),
        ("smile-microcredit", {"credit_percentile": 20}, LIKELY),
        ("smile-microcredit", {"credit_percentile": 90, "benefits": [{"benefit": "near-poor"}]}, LIKELY),
        ("smile-microcredit", {"credit_percentile": 90, "benefits": []}, NEEDS_INFO),
    ],
)
def test_policy_loans(programme: str, facts: Facts, likelihood: Likelihood) -> None:
    assert ask(FINANCE, programme, facts).likelihood is likelihood


def test_a_rule_of_low_confidence_says_so_instead_of_unlikely() -> None:
    result = ask(FINANCE, "smile-microcredit", {"credit_percentile": 90, "benefits": []})
    assert (result.cause, result.rules[0].result.value) == ("weak-source", "fail")


DISCHARGED: Facts = {
    "rank_class": "non-commissioned-officer",
    "service_months": 60,
    "discharge_date": date(2026, 3, 1),
    "employment_status": "unemployed",
    "searching": True,
    "benefits": [],
}


@pytest.mark.parametrize(
    ("changes", "likelihood"),
    [
        ({}, LIKELY),
        ({"service_months": 59}, UNLIKELY),
        ({"rank_class": "enlisted"}, UNLIKELY),
        ({"rank_class": "warrant-officer"}, LIKELY),
        ({"discharge_date": date(2026, 2, 28)}, UNLIKELY),
        ({"discharge_date": date(2026, 9, 2)}, UNLIKELY),
        ({"benefits": [{"benefit": "military-pension"}]}, UNLIKELY),
        ({"benefits": None}, NEEDS_INFO),
        ({"employment_status": "employed"}, UNLIKELY),
    ],
)
def test_career_change_allowance(changes: Facts, likelihood: Likelihood) -> None:
    assert boundaries(VETERANS, "career-change-allowance", DISCHARGED, changes) is likelihood


LONG: Facts = {**DISCHARGED, "service_months": 120, "discharge_date": date(2023, 9, 1)}
LATE: Facts = {"discharge_date": date(2023, 8, 31), "household_size": 1}


@pytest.mark.parametrize(
    ("changes", "likelihood"),
    [
        ({}, LIKELY),
        ({"service_months": 119}, UNLIKELY),
        ({**LATE, "recognised_income_monthly": 1_282_119}, NEEDS_INFO),
        ({**LATE, "recognised_income_monthly": 1_282_120}, UNLIKELY),
        (LATE, NEEDS_INFO),
    ],
)
def test_employment_of_veterans(changes: Facts, likelihood: Likelihood) -> None:
    assert boundaries(VETERANS, "veterans-employment", LONG, changes) is likelihood
