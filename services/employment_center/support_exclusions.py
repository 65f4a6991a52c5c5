"""Who is excluded from employment support I, and how a rule of its Act is written."""

from collections.abc import Callable
from datetime import date

from ieum.casework.conditions import (
    Answer,
    Missing,
    all_of,
    any_of,
    at_most,
    held_lately,
    none_of,
    one_of,
    within_months_ahead,
)
from ieum.casework.eligibility import Confidence, Rule, rule
from ieum.casework.figures import MEDIAN, Figures
from ieum_contracts.circumstances import Benefits
from ieum_contracts.client_codes import Benefit, EmploymentStatus

SUPPORT_2_TOO = ("employment-support-2",)


def support(
    articles: str,
    ko: str,
    confidence: Confidence = Confidence.HIGH,
    otherwise: tuple[str, ...] = SUPPORT_2_TOO,
) -> Callable[[Callable[..., Answer]], Rule]:
    """Make a rule of the Act; who fails it may still have employment support II."""
    citation = f"구직자취업촉진법 {articles} (2025~2026)"
    return rule(
        citation,
        ko,
        since=date(2025, 1, 1),
        confidence=confidence,
        otherwise=otherwise,
    )


@support("7조 3항", "생계급여 수급자가 아님")
def without_livelihood_benefit(*, benefits: Benefits | Missing, on: date) -> Answer:
    """Not on livelihood benefit."""
    return none_of(held_lately(benefits, Benefit.LIVELIHOOD_BENEFIT, 0, on))


@support("7조 3항, 시행령 5조", "구직급여를 받고 있지 않고 받은 지 6개월이 지남")
def without_recent_job_seeking_benefit(*, benefits: Benefits | Missing, figures: Figures, on: date) -> Answer:
    """No job-seeking benefit now, nor one that ended less than 6 months ago."""
    return none_of(
        held_lately(benefits, Benefit.JOB_SEEKING_BENEFIT, figures.number("months_without_benefit_min"), on)
    )


@support("7조 3항, 시행령 5조", "재정지원 일자리사업에 참여하고 있지 않고 참여한 지 6개월이 지남")
def without_recent_funded_programme(*, benefits: Benefits | Missing, figures: Figures, on: date) -> Answer:
    """No funded job programme now, nor one that ended less than 6 months ago."""
    return none_of(
        held_lately(benefits, Benefit.FUNDED_JOB_PROGRAMME, figures.number("months_without_benefit_min"), on)
    )


@support("7조 3항, 시행령 5조", "본인 소득이 1인 가구 기준 중위소득의 60% 미만")
def own_income_below_60_percent(*, own_income_monthly: int | Missing, figures: Figures) -> Answer:
    """Own income below 60 % of the median of one person."""
    below, median = figures.number("own_income_percent_below"), figures.by_size(MEDIAN)
    of_one = None if median is None else median.of(1)
    return at_most(
        own_income_monthly, None if of_one is None or below is None else (below * of_one - 1) // 100
    )


@support("7조 3항, 시행령 5조", "재학 중이 아니고 지금 취업할 수 있음")
def free_to_start(*, student: bool | Missing, able_to_work: bool | Missing) -> Answer:
    """Not a student, and able to work now."""
    return all_of(none_of(student), able_to_work)


@support("7조 3항, 시행령 5조", "군 복무 중이 아님 (2개월 이내 전역 예정자 제외)")
def not_serving(
    *,
    employment_status: EmploymentStatus | Missing,
    discharge_date: date | Missing,
    figures: Figures,
    on: date,
) -> Answer:
    """Not in military service, unless discharge is at most 2 months away."""
    soon = within_months_ahead(discharge_date, figures.number("discharge_months_max"), on)
    return any_of(none_of(one_of(employment_status, EmploymentStatus.SERVING)), soon)


_PAID = (without_livelihood_benefit, without_recent_job_seeking_benefit, without_recent_funded_programme)
EXCLUSIONS = (*_PAID, own_income_below_60_percent, free_to_start, not_serving)
