"""Which women the centre serves, under the law's old and new name, and which posts an internship needs."""

from datetime import date

from ieum.casework.conditions import Answer, Missing, all_of, any_of, at_least, none_of, one_of
from ieum.casework.eligibility import Confidence, rule
from ieum.casework.figures import Figures
from ieum_contracts.client_codes import CareerBreakReason, Sex

JOB_COUNSELLING = ("city-job-center/job-counselling",)


@rule(
    "여성경제활동법 2조 (2022~2026)",
    "취업을 희망하는 여성",
    since=date(2022, 6, 8),
    otherwise=JOB_COUNSELLING,
)
def woman_willing_to_work(*, sex: Sex | Missing, willing_to_work: bool | Missing) -> Answer:
    """Woman who wants to work."""
    return all_of(one_of(sex, Sex.FEMALE), willing_to_work)


@rule(
    "여성경제활동법 2조 (2022-06-08 ~ 2026-06-30)",
    "경력단절여성등: 혼인·임신·출산·육아·가족돌봄·근로조건으로 일을 그만두었거나 취업한 적 없음, 결혼이민자",
    since=date(2022, 6, 8),
    until=date(2026, 6, 30),
    otherwise=JOB_COUNSELLING,
)
def career_interrupted(
    *,
    career_break_reason: CareerBreakReason | Missing,
    never_worked: bool | Missing,
    marriage_immigrant: bool | Missing,
) -> Answer:
    """경력단절여성등: left work for family or working conditions, never worked, or immigrated by marriage."""
    return _in_the_act(career_break_reason, never_worked, marriage_immigrant)


@rule(
    "여성경제활동법 2조 (2026-07-01부터)",
    "경력보유여성등: 혼인·임신·출산·육아·가족돌봄·근로조건으로 일을 그만두었거나 취업한 적 없음, 결혼이민자",
    since=date(2026, 7, 1),
    otherwise=JOB_COUNSELLING,
)
def career_experienced(
    *,
    career_break_reason: CareerBreakReason | Missing,
    never_worked: bool | Missing,
    marriage_immigrant: bool | Missing,
) -> Answer:
    """경력보유여성등: left work for family or working conditions, never worked, or immigrated by marriage."""
    return _in_the_act(career_break_reason, never_worked, marriage_immigrant)


@rule(
    "새일여성인턴 운영지침 (2025)",
    "주 35시간(결혼이민자 30시간) 이상, 3개월 이상인 인턴 일자리가 정해짐",
    since=date(2025, 1, 1),
    confidence=Confidence.MEDIUM,
    otherwise=("women-counselling", "women-training"),
)
def post_long_enough(
    *,
    post_weekly_hours: int | Missing,
    post_months: int | Missing,
    marriage_immigrant: bool | Missing,
    figures: Figures,
) -> Answer:
    """Post offered, of at least 35 hours a week (marriage immigrants 30) and for at least 3 months."""
    shorter = at_least(post_weekly_hours, figures.number("post_hours_marriage_immigrant_min"))
    hours = any_of(
        at_least(post_weekly_hours, figures.number("post_hours_min")), all_of(marriage_immigrant, shorter)
    )
    return all_of(hours, at_least(post_months, figures.number("post_months_min")))


def _in_the_act(reason: CareerBreakReason | Missing, *others: bool | Missing) -> Answer:
    return any_of(none_of(one_of(reason, CareerBreakReason.OTHER)), *others)


SERVED = (woman_willing_to_work, career_interrupted, career_experienced)
INTERNSHIP = (*SERVED, post_long_enough)
