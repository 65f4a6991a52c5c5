"""Who may have basic livelihood security and emergency relief, and when needs call for case management."""

from datetime import date
from functools import partial

from ieum.casework.conditions import Answer, Missing, at_least, at_most, one_of
from ieum.casework.eligibility import Confidence, rule
from ieum.casework.figures import Figures, at_most_by_size, within_median
from ieum_contracts.circumstances import Needs
from ieum_contracts.client_codes import CrisisCause

COUNSELLING = ("welfare-counselling",)

_basic = partial(rule, since=date(2026, 1, 1))
_relief = partial(rule, since=date(2025, 1, 1), confidence=Confidence.MEDIUM, otherwise=COUNSELLING)


@_basic(
    "국민기초생활 보장법 8조 (2026)",
    "소득인정액이 기준 중위소득의 32% 이하",
    otherwise=("medical", "housing", "education"),
)
def recognised_income_within_32_percent(
    *, recognised_income_monthly: int | Missing, household_size: int | Missing, figures: Figures
) -> Answer:
    """Recognised income at most 32 % of the median."""
    return within_median(
        recognised_income_monthly,
        figures.number("livelihood_percent_max"),
        household_size,
        figures,
    )


@_basic(
    "국민기초생활 보장법 12조의3 (2026)",
    "소득인정액이 기준 중위소득의 40% 이하",
    otherwise=("housing", "education"),
)
def recognised_income_within_40_percent(
    *, recognised_income_monthly: int | Missing, household_size: int | Missing, figures: Figures
) -> Answer:
    """Recognised income at most 40 % of the median."""
    return within_median(
        recognised_income_monthly,
        figures.number("medical_percent_max"),
        household_size,
        figures,
    )


@_basic("주거급여법 5조 (2026)", "소득인정액이 기준 중위소득의 48% 이하", otherwise=("education",))
def recognised_income_within_48_percent(
    *, recognised_income_monthly: int | Missing, household_size: int | Missing, figures: Figures
) -> Answer:
    """Recognised income at most 48 % of the median."""
    return within_median(
        recognised_income_monthly,
        figures.number("housing_percent_max"),
        household_size,
        figures,
    )


@_basic("국민기초생활 보장법 12조 (2026)", "소득인정액이 기준 중위소득의 50% 이하", otherwise=COUNSELLING)
def recognised_income_within_50_percent(
    *, recognised_income_monthly: int | Missing, household_size: int | Missing, figures: Figures
) -> Answer:
    """Recognised income at most 50 % of the median."""
    return within_median(
        recognised_income_monthly,
        figures.number("education_percent_max"),
        household_size,
        figures,
    )


@_relief("긴급복지지원법 2조 (2025)", "위기사유가 있음")
def in_crisis(*, crisis_cause: CrisisCause | Missing) -> Answer:
    """One of the causes of crisis that the Act names."""
    return one_of(crisis_cause, *CrisisCause)


@_relief("긴급복지지원법 시행령 7조 (2025)", "가구 소득이 기준 중위소득의 75% 이하")
def household_within_75_percent(
    *, household_income_monthly: int | Missing, household_size: int | Missing, figures: Figures
) -> Answer:
    """Household income at most 75 % of the median."""
    return within_median(
        household_income_monthly,
        figures.number("relief_percent_max"),
        household_size,
        figures,
    )


@_relief("긴급복지지원 재산 기준 고시 (2025)", "재산 1억 5,200만원 이하 (중소도시)")
def assets_within_relief_limit(*, household_assets: int | Missing, figures: Figures) -> Answer:
    """Household assets at most 152 million won, as in a small or middle city."""
    return at_most(household_assets, figures.number("relief_assets_city_max"))


@_relief("긴급복지지원 금융재산 기준 고시 (2025)", "금융재산이 가구원 수별 기준 이하 (4인 1,209만 7천원)")
def financial_assets_within_relief_limit(
    *, financial_assets: int | Missing, household_size: int | Missing, figures: Figures
) -> Answer:
    """Financial assets within the limit of the household's size (4 persons: 12,097,000 won)."""
    return at_most_by_size(financial_assets, household_size, figures.by_size("relief_financial_assets_max"))


@_basic("사회보장급여법 42조의2 (2026)", "서로 다른 영역의 욕구가 두 가지 이상", otherwise=COUNSELLING)
def needs_of_two_areas(*, needs: Needs | Missing, figures: Figures) -> Answer:
    """Needs of at least two different areas."""
    if isinstance(needs, Missing):
        return needs
    return at_least(len({need.area for need in needs}), figures.number("need_areas_min"))


EMERGENCY_RELIEF = (
    in_crisis,
    household_within_75_percent,
    assets_within_relief_limit,
    financial_assets_within_relief_limit,
)
