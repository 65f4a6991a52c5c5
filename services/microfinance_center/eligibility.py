"""Which debts are adjusted how, and for whom the policy loans are meant."""

from datetime import date
from functools import partial

from ieum.casework.conditions import (
    Answer,
    Missing,
    aged,
    all_of,
    any_of,
    at_least,
    at_most,
    held_lately,
    months_before,
    within_months,
)
from ieum.casework.eligibility import Confidence, rule
from ieum.casework.figures import Figure
from ieum_contracts.circumstances import Benefits, Loans, PolicyLoan
from ieum_contracts.client_codes import Benefit

CCRS = "신용회복위원회 신용회복지원협약 (2026)"
TOTAL_DEBT = Figure(CCRS, {2026: 1_500_000_000})
UNSECURED_DEBT = Figure(CCRS, {2026: 500_000_000})
SECURED_DEBT = Figure(CCRS, {2026: 1_000_000_000})
LOAN_INCOME = Figure("햇살론 특례·유스 보증 기준", {2026: 35_000_000})
LOW_PERCENTILE = Figure("하위 20%, percent", {2026: 20})
NEAR_POVERTY = (
    Benefit.LIVELIHOOD_BENEFIT,
    Benefit.MEDICAL_BENEFIT,
    Benefit.HOUSING_BENEFIT,
    Benefit.EDUCATION_BENEFIT,
    Benefit.NEAR_POOR,
    Benefit.EARNED_INCOME_TAX_CREDIT,
)

_debt = partial(rule, CCRS, since=date(2026, 1, 1))
_loan = partial(rule, since=date(2026, 1, 1), confidence=Confidence.MEDIUM)
_weak = partial(rule, since=date(2026, 1, 1), confidence=Confidence.LOW)


@_debt("연체 30일 이하 (연체 전이면 연체 우려가 있을 것)")
def arrears_up_to_30_days(*, arrears_days: int | Missing, arrears_risk: bool | Missing) -> Answer:
    """Arrears of at most 30 days; without arrears only where there is a risk of them."""
    return all_of(at_most(arrears_days, 30), any_of(at_least(arrears_days, 1), arrears_risk))


@_debt("연체 31일 이상 89일 이하")
def arrears_of_31_to_89_days(*, arrears_days: int | Missing) -> Answer:
    """Arrears of 31 to 89 days."""
    return all_of(at_least(arrears_days, 31), at_most(arrears_days, 89))


@_debt("연체 90일 이상")
def arrears_of_90_days_or_more(*, arrears_days: int | Missing) -> Answer:
    """Arrears of 90 days or more."""
    return at_least(arrears_days, 90)


@_debt("총채무 15억원 이하 (무담보 5억원, 담보 10억원 이하)")
def debts_within_limits(*, unsecured_debt: int | Missing, secured_debt: int | Missing, on: date) -> Answer:
    """Debts of at most 1.5 billion won, of these unsecured at most 500 million and secured 1.0 billion."""
    parts = (
        at_most(unsecured_debt, UNSECURED_DEBT.on(on)),
        at_most(secured_debt, SECURED_DEBT.on(on)),
    )
    if isinstance(unsecured_debt, Missing) or isinstance(secured_debt, Missing):
        return all_of(*parts)
    return all_of(*parts, at_most(unsecured_debt + secured_debt, TOTAL_DEBT.on(on)))


@_loan("서민금융진흥원 햇살론 특례보증 (2026-01)", "연소득 3,500만원 이하이고 신용평점 하위 20%")
def low_income_and_low_credit(
    *, own_income_annual: int | Missing, credit_percentile: int | Missing, on: date
) -> Answer:
    """Own income at most 35 million won a year, and a credit percentile of at most 20."""
    return all_of(
        at_most(own_income_annual, LOAN_INCOME.on(on)), at_most(credit_percentile, LOW_PERCENTILE.on(on))
    )


@_loan("서민금융진흥원 햇살론 유스 (2026)", "34세 이하이고 연소득 3,500만원 이하")
def young_with_low_income(
    *, birth_date: date | Missing, own_income_annual: int | Missing, on: date
) -> Answer:
    """Aged at most 34, with an own income of at most 35 million won a year."""
    return all_of(aged(birth_date, 0, 34, on), at_most(own_income_annual, LOAN_INCOME.on(on)))


@_loan(
    "서민금융진흥원 햇살론 뱅크 (2026)",
    "정책서민금융을 6개월 이상 이용했거나 상환 3년 이내이며 신용이 개선됨",
)
def improved_since_policy_loan(
    *, policy_loans: Loans | Missing, credit_percentile: int | Missing, on: date
) -> Answer:
    """Policy loan that has run for 6 months or was repaid at most 3 years ago; better credit than then."""
    if isinstance(policy_loans, Missing):
        return policy_loans
    return any_of(*(_improved_since(loan, credit_percentile, on) for loan in policy_loans))


@_weak(
    "미소금융 대출 기준 (출처 연도 미상, 2026 적용)",
    "신용평점 하위 20%, 기초생활수급자·차상위계층, 근로장려금 수급자 중 하나",
)
def low_credit_or_near_poverty(
    *, credit_percentile: int | Missing, benefits: Benefits | Missing, on: date
) -> Answer:
    """Credit percentile of at most 20, or on basic livelihood security, near poor, or on the EITC."""
    supported = any_of(*(held_lately(benefits, benefit, 0, on) for benefit in NEAR_POVERTY))
    return any_of(at_most(credit_percentile, LOW_PERCENTILE.on(on)), supported)


def _improved_since(loan: PolicyLoan, credit_percentile: int | Missing, on: date) -> Answer:
    running_long = loan.repaid_on is None and loan.taken_on <= months_before(on, 6)
    repaid_lately = loan.repaid_on is not None and within_months(loan.repaid_on, 36, on)
    then = loan.credit_percentile
    better = at_least(credit_percentile, None if then is None else then + 1)
    return all_of(any_of(running_long, repaid_lately), better)
