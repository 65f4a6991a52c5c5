"""For whom the policy loans are meant."""

from datetime import date
from functools import partial

from ieum.casework.ages import months_before
from ieum.casework.conditions import (
    Answer,
    Missing,
    aged,
    all_of,
    any_of,
    at_least,
    at_most,
    held_lately,
    within_months,
)
from ieum.casework.eligibility import Confidence, rule
from ieum.casework.figures import Figures
from ieum_contracts.circumstances import Benefits, Loans, PolicyLoan
from ieum_contracts.client_codes import Benefit

SMALL_LOANS = ("smile-microcredit",)
NEAR_POVERTY = (
    Benefit.LIVELIHOOD_BENEFIT,
    Benefit.MEDICAL_BENEFIT,
    Benefit.HOUSING_BENEFIT,
    Benefit.EDUCATION_BENEFIT,
    Benefit.NEAR_POOR,
    Benefit.EARNED_INCOME_TAX_CREDIT,
)


_loan = partial(rule, since=date(2026, 1, 1), confidence=Confidence.MEDIUM)
_weak = partial(rule, since=date(2026, 1, 1), confidence=Confidence.LOW)


@_loan(
    "서민금융진흥원 햇살론 특례보증 (2026-01)",
    "연소득 3,500만원 이하이고 신용평점 하위 20%",
    otherwise=SMALL_LOANS,
)
def low_income_and_low_credit(
    *, own_income_annual: int | Missing, credit_percentile: int | Missing, figures: Figures
) -> Answer:
    """Own income at most 35 million won a year, and a credit percentile of at most 20."""
    return all_of(
        at_most(own_income_annual, figures.number("special_income_max")),
        at_most(credit_percentile, figures.number("special_percentile_max")),
    )


@_loan(
    "서민금융진흥원 햇살론 유스 (2026)",
    "34세 이하이고 연소득 3,500만원 이하",
    otherwise=("sunshine-special",),
)
def young_with_low_income(
    *, birth_date: date | Missing, own_income_annual: int | Missing, figures: Figures, on: date
) -> Answer:
    """Aged at most 34, with an own income of at most 35 million won a year."""
    return all_of(
        aged(birth_date, figures.ages("youth_ages"), on),
        at_most(own_income_annual, figures.number("youth_income_max")),
    )


@_loan(
    "서민금융진흥원 햇살론 뱅크 (2026)",
    "정책서민금융을 6개월 이상 이용했거나 상환 3년 이내이며 신용이 개선됨",
    otherwise=("sunshine-special",),
)
def improved_since_policy_loan(
    *, policy_loans: Loans | Missing, credit_percentile: int | Missing, figures: Figures, on: date
) -> Answer:
    """Policy loan that has run for 6 months or was repaid at most 3 years ago; better credit than then."""
    months_min, months_max = figures.number("bank_loan_months_min"), figures.number("bank_repaid_months_max")
    if months_min is None:
        return None
    if isinstance(policy_loans, Missing):
        return policy_loans
    long_ago = months_before(on, months_min)
    return any_of(
        *(
            all_of(
                _ran_long_or_repaid_lately(loan, long_ago, months_max, on),
                _better_than_then(loan, credit_percentile),
            )
            for loan in policy_loans
        )
    )


@_weak(
    "미소금융 대출 기준 (출처 연도 미상, 2026 적용)",
    "신용평점 하위 20%, 기초생활수급자·차상위계층, 근로장려금 수급자 중 하나",
)
def low_credit_or_near_poverty(
    *, credit_percentile: int | Missing, benefits: Benefits | Missing, figures: Figures, on: date
) -> Answer:
    """Credit percentile of at most 20, or on basic livelihood security, near poor, or on the EITC."""
    supported = any_of(*(held_lately(benefits, benefit, 0, on) for benefit in NEAR_POVERTY))
    return any_of(at_most(credit_percentile, figures.number("smile_percentile_max")), supported)


def _ran_long_or_repaid_lately(loan: PolicyLoan, long_ago: date, months_max: int | None, on: date) -> Answer:
    if loan.repaid_on is None:
        return loan.taken_on <= long_ago
    return within_months(loan.repaid_on, months_max, on)


def _better_than_then(loan: PolicyLoan, credit_percentile: int | Missing) -> Answer:
    then = loan.credit_percentile
    return at_least(credit_percentile, None if then is None else then + 1)
