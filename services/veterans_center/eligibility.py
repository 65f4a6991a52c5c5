"""Which discharged soldiers have an allowance while they change to another career, and help to find it."""

from datetime import date
from functools import partial

from ieum.casework.conditions import (
    Answer,
    Missing,
    all_of,
    any_of,
    at_least,
    held_lately,
    none_of,
    one_of,
    within_months,
)
from ieum.casework.eligibility import Confidence, rule
from ieum.casework.figures import Figures, within_median
from ieum_contracts.circumstances import Benefits
from ieum_contracts.client_codes import Benefit, EmploymentStatus, RankClass

CAREER_SOLDIERS = (RankClass.OFFICER, RankClass.WARRANT_OFFICER, RankClass.NON_COMMISSIONED_OFFICER)
TAILORED = ("veterans-tailored",)

_veteran = partial(rule, since=date(2023, 1, 1), otherwise=TAILORED)


@_veteran("제대군인법 2조 (2023)", "장교·준사관·부사관으로 5년 이상 복무")
def served_five_years(
    *, rank_class: RankClass | Missing, service_months: int | Missing, figures: Figures
) -> Answer:
    """Officer, warrant officer or non-commissioned officer with at least 60 months of service."""
    return all_of(
        one_of(rank_class, *CAREER_SOLDIERS),
        at_least(service_months, figures.number("medium_term_months_min")),
    )


@_veteran("제대군인법 18조의2 (2023)", "취업하지 못했고 구직활동 중")
def jobless_veteran(*, employment_status: EmploymentStatus | Missing, searching: bool | Missing) -> Answer:
    """Unemployed and searching."""
    return all_of(one_of(employment_status, EmploymentStatus.UNEMPLOYED), searching)


@rule(
    "제대군인법 18조의2 (2023)",
    "전역 후 6개월 이내에 신청",
    since=date(2023, 1, 1),
    otherwise=("employment-center/employment-support-1", *TAILORED),
)
def applied_within_six_months(*, discharge_date: date | Missing, figures: Figures, on: date) -> Answer:
    """No more than 6 months between discharge and application."""
    return within_months(discharge_date, figures.number("months_to_apply_max"), on)


@_veteran("제대군인법 18조의2 (2023)", "군인연금 수급자가 아님")
def without_military_pension(*, benefits: Benefits | Missing, on: date) -> Answer:
    """No military pension."""
    return none_of(held_lately(benefits, Benefit.MILITARY_PENSION, 0, on))


@_veteran("제대군인법 14조 (2023)", "10년 이상 복무")
def served_ten_years(
    *, rank_class: RankClass | Missing, service_months: int | Missing, figures: Figures
) -> Answer:
    """Officer, warrant officer or non-commissioned officer with at least 120 months of service."""
    return all_of(
        one_of(rank_class, *CAREER_SOLDIERS), at_least(service_months, figures.number("long_term_months_min"))
    )


@_veteran(
    "제대군인법 14조 (2023)",
    "전역 후 3년 이내 (소득인정액이 중위소득 50% 이하면 심사)",
    confidence=Confidence.MEDIUM,
)
def discharged_within_three_years(
    *,
    discharge_date: date | Missing,
    recognised_income_monthly: int | Missing,
    household_size: int | Missing,
    figures: Figures,
    on: date,
) -> Answer:
    """No more than 3 years since discharge; later a person decides, up to 50 % of the median."""
    lately = within_months(discharge_date, figures.number("months_since_discharge_max"), on)
    poor = within_median(
        recognised_income_monthly, figures.number("hardship_percent_max"), household_size, figures
    )
    return any_of(lately, all_of(poor, None))


CAREER_CHANGE_ALLOWANCE = (
    served_five_years,
    jobless_veteran,
    applied_within_six_months,
    without_military_pension,
)
EMPLOYMENT = (served_ten_years, discharged_within_three_years)
