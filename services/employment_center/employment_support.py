"""For whom employment support (국민취업지원제도) I and II are meant, and where that stands."""

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
    none_of,
)
from ieum.casework.eligibility import Confidence
from ieum.casework.figures import Figures, within_median
from services.employment_center.support_exclusions import EXCLUSIONS, support

SELECTION_TOO = ("employment-support-1-selective", "employment-support-2")


@support("6조 1항(15~64세), 운영 15~69세", "15세 이상 69세 이하", Confidence.MEDIUM, ())
def of_working_age(*, birth_date: date | Missing, figures: Figures, on: date) -> Answer:
    """Aged 15 to 69 as the programme is operated, which decides; the Act says 15 to 64."""
    return aged(birth_date, figures.ages("working_ages"), on)


@support("7조 1항", "가구 소득이 기준 중위소득의 60% 이하")
def income_within_60_percent(
    *, household_income_monthly: int | Missing, household_size: int | Missing, figures: Figures
) -> Answer:
    """Household income at most 60 % of the median."""
    return within_median(
        household_income_monthly, figures.number("support_1_income_percent_max"), household_size, figures
    )


@support("7조 1항, 시행령 3조", "가구 재산이 4억원 이하 (18~34세는 5억원 이하)")
def assets_within_limit(
    *,
    household_assets: int | Missing,
    birth_date: date | Missing,
    military_extension_years: int | Missing,
    figures: Figures,
    on: date,
) -> Answer:
    """Household assets at most 400 million won, at age 18 to 34 at most 500 million."""
    young = aged_after_service(birth_date, figures.ages("assets_young_ages"), military_extension_years, on)
    higher = all_of(young, at_most(household_assets, figures.number("support_1_assets_young_max")))
    return any_of(at_most(household_assets, figures.number("support_1_assets_max")), higher)


@support("7조 1항", "최근 2년 이내에 100일 이상 또는 800시간 이상 취업한 경험", otherwise=SELECTION_TOO)
def worked_enough(*, work_days: int | Missing, work_hours: int | Missing, figures: Figures) -> Answer:
    """At least 100 days or 800 hours of work in the last 24 months."""
    return any_of(
        at_least(work_days, figures.number("work_days_min")),
        at_least(work_hours, figures.number("work_hours_min")),
    )


@support("7조 2항", "취업 경험 요건 미달이며 60% 이하, 또는 15~34세이며 120% 이하")
def selectable(
    *,
    household_income_monthly: int | Missing,
    household_size: int | Missing,
    work_days: int | Missing,
    work_hours: int | Missing,
    birth_date: date | Missing,
    military_extension_years: int | Missing,
    figures: Figures,
) -> Answer:
    """At most 60 % of the median without the work record, or aged 15 to 34 and at most 120 %."""
    ages, on = figures.ages("youth_ages"), figures.day
    within = partial(within_median, household_income_monthly, household_size=household_size, figures=figures)
    days, hours = figures.number("work_days_min"), figures.number("work_hours_min")
    worked = any_of(at_least(work_days, days), at_least(work_hours, hours))
    young = aged_after_service(birth_date, ages, military_extension_years, on)
    poor = within(percent=figures.number("support_1_income_percent_max"))
    not_rich = within(percent=figures.number("selection_youth_percent_max"))
    return any_of(all_of(none_of(worked), poor), all_of(young, not_rich))


@support("6조 1항", "기준 중위소득 100% 이하 (15~34세와 특정계층은 소득 무관)", Confidence.MEDIUM, ())
def served_by_support_2(
    *,
    household_income_monthly: int | Missing,
    household_size: int | Missing,
    birth_date: date | Missing,
    military_extension_years: int | Missing,
    priority_group: bool | Missing,
    figures: Figures,
) -> Answer:
    """Household income at most 100 % of the median; none is asked at age 15 to 34 or in a priority group."""
    within = within_median(
        household_income_monthly, figures.number("support_2_income_percent_max"), household_size, figures
    )
    young = aged_after_service(birth_date, figures.ages("youth_ages"), military_extension_years, figures.day)
    return any_of(within, young, priority_group)


BY_REQUIREMENTS = (of_working_age, income_within_60_percent, assets_within_limit, worked_enough, *EXCLUSIONS)
BY_SELECTION = (of_working_age, selectable, assets_within_limit, *EXCLUSIONS)
SUPPORT_2 = (of_working_age, served_by_support_2)
