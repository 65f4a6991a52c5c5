"""For whom employment support (국민취업지원제도) I and II are meant, and where that stands."""

from collections.abc import Callable
from datetime import date
from functools import partial

from ieum.casework.conditions import (
    Answer,
    Missing,
    aged,
    aged_after_service,
    all_of,
    any_of,
    at_least,
    at_most,
    held_lately,
    months_before,
    none_of,
    one_of,
)
from ieum.casework.eligibility import Confidence, Rule, rule
from ieum.casework.figures import Figure, median_income_monthly, within_median
from ieum_contracts.circumstances import Benefits
from ieum_contracts.client_codes import Benefit, EmploymentStatus

ASSETS_MAX = Figure("구직자취업촉진법 시행령 3조", {2025: 400_000_000, 2026: 400_000_000})
ASSETS_MAX_YOUNG = Figure("국민취업지원제도 운영 기준", {2025: 500_000_000, 2026: 500_000_000})


def _support(
    articles: str, ko: str, confidence: Confidence = Confidence.HIGH
) -> Callable[[Callable[..., Answer]], Rule]:
    citation = f"구직자취업촉진법 {articles} (2025~2026)"
    return rule(citation, ko, since=date(2025, 1, 1), confidence=confidence)


@_support("6조 1항(15~64세), 운영 15~69세", "15세 이상 69세 이하", Confidence.MEDIUM)
def of_working_age(*, birth_date: date | Missing, on: date) -> Answer:
    """Aged 15 to 69 as the programme is operated, which decides; the Act says 15 to 64."""
    return aged(birth_date, 15, 69, on)


@_support("7조 1항", "가구 소득이 기준 중위소득의 60% 이하")
def income_within_60_percent(
    *, household_income_monthly: int | Missing, household_size: int | Missing, on: date
) -> Answer:
    """Household income at most 60 % of the median."""
    return within_median(household_income_monthly, 60, household_size, on)


@_support("7조 1항, 시행령 3조", "가구 재산이 4억원 이하 (18~34세는 5억원 이하)")
def assets_within_limit(
    *,
    household_assets: int | Missing,
    birth_date: date | Missing,
    military_extension_years: int | Missing,
    on: date,
) -> Answer:
    """Household assets at most 400 million won, at age 18 to 34 at most 500 million."""
    young = aged_after_service(birth_date, 18, 34, military_extension_years, on)
    higher = all_of(young, at_most(household_assets, ASSETS_MAX_YOUNG.on(on)))
    return any_of(at_most(household_assets, ASSETS_MAX.on(on)), higher)


@_support("7조 1항", "최근 2년 이내에 100일 이상 또는 800시간 이상 취업한 경험")
def worked_enough(*, work_days: int | Missing, work_hours: int | Missing) -> Answer:
    """At least 100 days or 800 hours of work in the last 24 months."""
    return any_of(at_least(work_days, 100), at_least(work_hours, 800))


@_support("7조 2항", "취업 경험 요건 미달이며 60% 이하, 또는 15~34세이며 120% 이하")
def selectable(
    *,
    household_income_monthly: int | Missing,
    household_size: int | Missing,
    work_days: int | Missing,
    work_hours: int | Missing,
    birth_date: date | Missing,
    military_extension_years: int | Missing,
    on: date,
) -> Answer:
    """At most 60 % of the median without the work record, or aged 15 to 34 and at most 120 %."""
    within = partial(within_median, household_income_monthly, household_size=household_size, on=on)
    worked = any_of(at_least(work_days, 100), at_least(work_hours, 800))
    young = aged_after_service(birth_date, 15, 34, military_extension_years, on)
    return any_of(all_of(none_of(worked), within(60)), all_of(young, within(120)))


@_support("7조 3항", "생계급여 수급자가 아님")
def without_livelihood_benefit(*, benefits: Benefits | Missing, on: date) -> Answer:
    """Not on livelihood benefit."""
    return none_of(held_lately(benefits, Benefit.LIVELIHOOD_BENEFIT, 0, on))


@_support("7조 3항, 시행령 5조", "구직급여를 받고 있지 않고 받은 지 6개월이 지남")
def without_recent_job_seeking_benefit(*, benefits: Benefits | Missing, on: date) -> Answer:
    """No job-seeking benefit now, nor one that ended less than 6 months ago."""
    return none_of(held_lately(benefits, Benefit.JOB_SEEKING_BENEFIT, 6, on))


@_support("7조 3항, 시행령 5조", "재정지원 일자리사업에 참여하고 있지 않고 참여한 지 6개월이 지남")
def without_recent_funded_programme(*, benefits: Benefits | Missing, on: date) -> Answer:
    """No funded job programme now, nor one that ended less than 6 months ago."""
    return none_of(held_lately(benefits, Benefit.FUNDED_JOB_PROGRAMME, 6, on))


@_support("7조 3항, 시행령 5조", "본인 소득이 1인 가구 기준 중위소득의 60% 미만")
def own_income_below_60_percent(*, own_income_monthly: int | Missing, on: date) -> Answer:
    """Own income below 60 % of the median of one person."""
    median = median_income_monthly(1, on)
    return at_most(own_income_monthly, None if median is None else (60 * median - 1) // 100)


@_support("7조 3항, 시행령 5조", "재학 중이 아니고 지금 취업할 수 있음")
def free_to_start(*, student: bool | Missing, able_to_work: bool | Missing) -> Answer:
    """Not a student, and able to work now."""
    return all_of(none_of(student), able_to_work)


@_support("7조 3항, 시행령 5조", "군 복무 중이 아님 (2개월 이내 전역 예정자 제외)")
def not_serving(
    *, employment_status: EmploymentStatus | Missing, discharge_date: date | Missing, on: date
) -> Answer:
    """Not in military service, unless discharge is at most 2 months away."""
    soon = discharge_date if isinstance(discharge_date, Missing) else months_before(discharge_date, 2) <= on
    return any_of(none_of(one_of(employment_status, EmploymentStatus.SERVING)), soon)


@_support("6조 1항", "기준 중위소득 100% 이하 (15~34세와 특정계층은 소득 무관)", Confidence.MEDIUM)
def served_by_support_2(
    *,
    household_income_monthly: int | Missing,
    household_size: int | Missing,
    birth_date: date | Missing,
    military_extension_years: int | Missing,
    priority_group: bool | Missing,
    on: date,
) -> Answer:
    """Household income at most 100 % of the median; none is asked at age 15 to 34 or in a priority group."""
    within = within_median(household_income_monthly, 100, household_size, on)
    young = aged_after_service(birth_date, 15, 34, military_extension_years, on)
    return any_of(within, young, priority_group)


_PAID = (without_livelihood_benefit, without_recent_job_seeking_benefit, without_recent_funded_programme)
_EXCLUSIONS = (*_PAID, own_income_below_60_percent, free_to_start, not_serving)
BY_REQUIREMENTS = (of_working_age, income_within_60_percent, assets_within_limit, worked_enough, *_EXCLUSIONS)
BY_SELECTION = (of_working_age, selectable, assets_within_limit, *_EXCLUSIONS)
SUPPORT_2 = (of_working_age, served_by_support_2)
