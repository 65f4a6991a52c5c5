"""Which debts are adjusted how."""

from datetime import date
from functools import partial

from ieum.casework.conditions import (
    Answer,
    Missing,
    all_of,
    any_of,
    at_least,
    at_most,
)
from ieum.casework.eligibility import rule
from ieum.casework.figures import Figures

CCRS = "신용회복위원회 신용회복지원협약 (2026)"
PROMPT, PRE, INDIVIDUAL = "debt-adjustment-prompt", "debt-adjustment-pre", "debt-adjustment-individual"

_debt = partial(rule, CCRS, since=date(2026, 1, 1))


@_debt("연체 30일 이하 (연체 전이면 연체 우려가 있을 것)", otherwise=(PRE, INDIVIDUAL))
def arrears_up_to_30_days(
    *, arrears_days: int | Missing, arrears_risk: bool | Missing, figures: Figures
) -> Answer:
    """Arrears of at most 30 days; without arrears only where there is a risk of them."""
    return all_of(
        at_most(arrears_days, figures.number("prompt_arrears_days_max")),
        any_of(at_least(arrears_days, 1), arrears_risk),
    )


@_debt("연체 31일 이상 89일 이하", otherwise=(PROMPT, INDIVIDUAL))
def arrears_of_31_to_89_days(*, arrears_days: int | Missing, figures: Figures) -> Answer:
    """Arrears of 31 to 89 days."""
    return all_of(
        at_least(arrears_days, figures.number("pre_arrears_days_min")),
        at_most(arrears_days, figures.number("pre_arrears_days_max")),
    )


@_debt("연체 90일 이상", otherwise=(PROMPT, PRE))
def arrears_of_90_days_or_more(*, arrears_days: int | Missing, figures: Figures) -> Answer:
    """Arrears of 90 days or more."""
    return at_least(arrears_days, figures.number("individual_arrears_days_min"))


@_debt("총채무 15억원 이하 (무담보 5억원, 담보 10억원 이하)")
def debts_within_limits(
    *, unsecured_debt: int | Missing, secured_debt: int | Missing, figures: Figures
) -> Answer:
    """Debts of at most 1.5 billion won, of these unsecured at most 500 million and secured 1.0 billion."""
    parts = (
        at_most(unsecured_debt, figures.number("unsecured_debt_max")),
        at_most(secured_debt, figures.number("secured_debt_max")),
    )
    if isinstance(unsecured_debt, Missing) or isinstance(secured_debt, Missing):
        return all_of(*parts)
    return all_of(*parts, at_most(unsecured_debt + secured_debt, figures.number("total_debt_max")))
