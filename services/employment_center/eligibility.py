"""For whom job-seeking benefit and the training card are meant, and where that stands."""

from datetime import date
from functools import partial

from ieum.casework.conditions import (
    Answer,
    Missing,
    aged,
    all_of,
    at_least,
    at_most,
    none_of,
    one_of,
    within_months,
)
from ieum.casework.eligibility import Confidence, rule
from ieum.casework.figures import Figures
from ieum_contracts.client_codes import EmploymentStatus, SeparationKind

CARD = "국민내일배움카드 운영규정 (2025~2026)"
SUPPORT_1 = ("employment-support-1",)

_benefit = partial(rule, since=date(2026, 1, 1))
_card = partial(rule, CARD, since=date(2025, 1, 1), confidence=Confidence.MEDIUM)


@_benefit(
    "고용보험법 40조 1항 1호 (2026)", "이직 전 18개월간 피보험단위기간이 180일 이상", otherwise=SUPPORT_1
)
def insured_long_enough(*, insured_days: int | Missing, figures: Figures) -> Answer:
    """At least 180 insured days in the 18 months before separation."""
    return at_least(insured_days, figures.number("insured_days_min"))


@_benefit("고용보험법 40조 1항 2호·4호 (2026)", "취업하지 못했고 근로의 의사와 능력이 있으며 구직활동 중")
def jobless_and_searching(
    *,
    employment_status: EmploymentStatus | Missing,
    able_to_work: bool | Missing,
    willing_to_work: bool | Missing,
    searching: bool | Missing,
) -> Answer:
    """Not employed, able and willing to work, and searching."""
    jobless = one_of(employment_status, EmploymentStatus.UNEMPLOYED)
    return all_of(jobless, able_to_work, willing_to_work, searching)


@_benefit(
    "고용보험법 40조 1항 3호, 58조 (2026)",
    "정당한 사유 없는 자발적 이직이나 중대한 귀책사유로 인한 해고가 아님",
    otherwise=SUPPORT_1,
)
def separation_not_disqualifying(*, separation_kind: SeparationKind | Missing) -> Answer:
    """Neither left of one's own accord without just cause nor dismissed for grave fault."""
    disqualifying = (SeparationKind.LEFT_OF_OWN_ACCORD, SeparationKind.DISMISSED_FOR_GRAVE_FAULT)
    return none_of(one_of(separation_kind, *disqualifying))


@_benefit("고용보험법 48조 (2026)", "이직한 날부터 12개월 이내에 신청", otherwise=SUPPORT_1)
def applied_within_twelve_months(*, separation_date: date | Missing, figures: Figures, on: date) -> Answer:
    """No more than 12 months between separation and application."""
    return within_months(separation_date, figures.number("months_to_apply_max"), on)


@_card("15세 이상 74세 이하")
def of_training_age(*, birth_date: date | Missing, figures: Figures, on: date) -> Answer:
    """Aged 15 to 74."""
    return aged(birth_date, figures.ages("card_ages"), on)


@_card("공무원이나 사립학교 교직원이 아님")
def not_public_staff(*, employment_status: EmploymentStatus | Missing) -> Answer:
    """Neither a civil servant nor staff of a private school."""
    public = (EmploymentStatus.CIVIL_SERVANT, EmploymentStatus.PRIVATE_SCHOOL_STAFF)
    return none_of(one_of(employment_status, *public))


@_card("45세 미만이며 월 300만원 이상 받는 대기업 근로자가 아님")
def not_well_paid_at_a_large_firm(
    *,
    employment_status: EmploymentStatus | Missing,
    birth_date: date | Missing,
    own_income_monthly: int | Missing,
    figures: Figures,
    on: date,
) -> Answer:
    """Not at a large firm, under 45 and paid 3.0 million won a month or more, all three at once."""
    large = one_of(employment_status, EmploymentStatus.LARGE_FIRM)
    young = aged(birth_date, figures.ages("large_firm_ages"), on)
    return none_of(all_of(large, young, at_least(own_income_monthly, figures.number("large_firm_pay_min"))))


@_card("월 500만원 이상 버는 특수형태근로종사자가 아님")
def not_well_paid_of_special_type(
    *, employment_status: EmploymentStatus | Missing, own_income_monthly: int | Missing, figures: Figures
) -> Answer:
    """Not a worker of special type with 5.0 million won a month or more."""
    special = one_of(employment_status, EmploymentStatus.SPECIAL_TYPE)
    return none_of(all_of(special, at_least(own_income_monthly, figures.number("special_type_pay_min"))))


@_card("연 매출 4억원 이상인 자영업자가 아님")
def not_a_large_business(
    *, employment_status: EmploymentStatus | Missing, yearly_revenue: int | Missing, figures: Figures
) -> Answer:
    """Not self-employed with a yearly revenue of 400 million won or more."""
    own_business = one_of(employment_status, EmploymentStatus.SELF_EMPLOYED)
    return none_of(all_of(own_business, at_least(yearly_revenue, figures.number("yearly_revenue_min"))))


@_card("졸업까지 2년 넘게 남은 학생이 아님")
def not_long_before_graduation(
    *, student: bool | Missing, student_years_left: int | Missing, figures: Figures
) -> Answer:
    """Not a student with more than 2 years left."""
    return none_of(
        all_of(student, none_of(at_most(student_years_left, figures.number("student_years_left_max"))))
    )


JOB_SEEKING_BENEFIT = (
    insured_long_enough,
    jobless_and_searching,
    separation_not_disqualifying,
    applied_within_twelve_months,
)
TRAINING_CARD = (
    of_training_age,
    not_public_staff,
    not_well_paid_at_a_large_firm,
    not_well_paid_of_special_type,
    not_a_large_business,
    not_long_before_graduation,
)
