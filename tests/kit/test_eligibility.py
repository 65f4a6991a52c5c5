"""What an assessment says when rules pass, fail, do not know, have run out or leave it to a person."""

from collections.abc import Mapping
from datetime import date

import pytest

from ieum.casework.conditions import Answer, Missing, at_least, at_most
from ieum.casework.eligibility import Confidence, Rule, RuleSet, assess, rule
from ieum.casework.figures import MEDIAN_INCOME, Figures, within_median
from ieum_contracts.circumstances import Fact
from ieum_contracts.client import Circumstances
from ieum_contracts.client_codes import FactSource
from ieum_contracts.eligibility import Likelihood, ProgrammeAssessed, RuleResult

DAY = date(2026, 7, 1)
NOTHING: Mapping[str, int] = {}


@rule("시험법 1조 (2026)", "피보험단위기간 180일 이상", since=date(2026, 1, 1))
def insured(*, insured_days: int | Missing) -> Answer:
    """At least 180 insured days."""
    return at_least(insured_days, 180)


@rule("시험법 2조 (2026)", "연체 30일 이하", since=date(2026, 1, 1), confidence=Confidence.LOW)
def weak(*, arrears_days: int | Missing) -> Answer:
    """At most 30 days of arrears."""
    return at_most(arrears_days, 30)


@rule("시험법 3조 (2026)", "중위소득 60% 이하", since=date(2026, 1, 1), until=date(2026, 6, 30))
def earlier(
    *, household_income_monthly: int | Missing, household_size: int | Missing, figures: Figures
) -> Answer:
    """At most 60 % of the median."""
    return within_median(household_income_monthly, 60, household_size, figures)


@rule("시험법 3조 (2026)", "중위소득 50% 이하", since=date(2026, 7, 1))
def later(
    *, household_income_monthly: int | Missing, household_size: int | Missing, figures: Figures
) -> Answer:
    """At most 50 % of the median."""
    return within_median(household_income_monthly, 50, household_size, figures)


def circumstances(values: Mapping[str, int]) -> Circumstances:
    return Circumstances.model_validate(
        {name: {"value": value, "source": "stated"} for name, value in values.items()}
    )


def assessed(
    *rules: Rule, facts: Mapping[str, int] = NOTHING, on: date = DAY, discretionary: bool = False
) -> ProgrammeAssessed:
    return assess(
        RuleSet("trial", "trial/1", rules, discretionary, figures=MEDIAN_INCOME), circumstances(facts), on
    )


@pytest.mark.parametrize(
    ("insured_days", "arrears_days", "likelihood", "cause"),
    [
        (180, 30, Likelihood.LIKELY, None),
        (179, 30, Likelihood.UNLIKELY, None),
        (179, None, Likelihood.UNLIKELY, None),
        (None, 30, Likelihood.NEEDS_INFO, "facts-missing"),
        (180, 31, Likelihood.NEEDS_INFO, "weak-source"),
        (179, 31, Likelihood.UNLIKELY, None),
        (None, 31, Likelihood.NEEDS_INFO, "facts-missing"),
        (None, None, Likelihood.NEEDS_INFO, "facts-missing"),
    ],
)
def test_the_rules_of_a_programme_add_up(
    insured_days: int | None, arrears_days: int | None, likelihood: Likelihood, cause: str | None
) -> None:
    given = {"insured_days": insured_days, "arrears_days": arrears_days}
    values = {name: value for name, value in given.items() if value is not None}
    result = assessed(insured, weak, facts=values)
    assert (result.likelihood, result.cause) == (likelihood, cause)


def test_a_programme_without_a_rule_in_force_needs_information() -> None:
    for result in (assessed(), assessed(insured, on=date(2025, 12, 31), facts={"insured_days": 200})):
        assert (result.likelihood, result.cause) == (Likelihood.NEEDS_INFO, "no-published-rule")
        assert result.rules == ()


def test_a_discretionary_programme_is_never_likely_and_may_be_unlikely() -> None:
    passing = assessed(insured, discretionary=True, facts={"insured_days": 180})
    assert (passing.likelihood, passing.cause) == (Likelihood.NEEDS_INFO, "discretionary")
    assert passing.discretionary
    assert assessed(insured, discretionary=True, facts={"insured_days": 1}).likelihood is Likelihood.UNLIKELY


def test_a_year_without_a_figure_leaves_the_question_open() -> None:
    income = {"household_income_monthly": 1, "household_size": 2}
    result = assessed(later, on=date(2027, 1, 1), facts=income)
    assert (result.likelihood, result.cause) == (Likelihood.NEEDS_INFO, "left-open")
    assert result.rules[0].result is RuleResult.UNKNOWN
    assert result.rules[0].missing == ()


def test_a_rule_counts_from_its_first_day_to_its_last() -> None:
    income = {"household_income_monthly": 2_500_000, "household_size": 2}  # 59.5 % of the median
    last, first = date(2026, 6, 30), date(2026, 7, 1)
    assert [each.rule for each in assessed(earlier, later, on=last, facts=income).rules] == ["earlier"]
    assert assessed(earlier, later, on=last, facts=income).likelihood is Likelihood.LIKELY
    assert [each.rule for each in assessed(earlier, later, on=first, facts=income).rules] == ["later"]
    assert assessed(earlier, later, on=first, facts=income).likelihood is Likelihood.UNLIKELY


def test_an_assessment_names_rules_sources_day_and_missing_facts() -> None:
    result = assessed(insured, later, facts={"insured_days": 180, "household_size": 2})
    assert (result.programme, result.rule_set, result.as_of) == ("trial", "trial/1", DAY)
    first, second = result.rules
    assert (first.rule, first.result, first.citation) == ("insured", RuleResult.PASSED, "시험법 1조 (2026)")
    assert first.explanation_ko == "피보험단위기간 180일 이상"
    assert first.explanation_en == "At least 180 insured days."
    assert second.result is RuleResult.UNKNOWN
    assert second.missing == ("circumstances.household_income_monthly",)


def test_how_well_a_fact_is_known_does_not_change_what_a_rule_says() -> None:
    trial = RuleSet("trial", "trial/1", (insured,))
    for source in FactSource:
        given = Circumstances(insured_days=Fact[int](value=180, source=source))
        assert assess(trial, given, DAY).likelihood is Likelihood.LIKELY


def test_a_rule_that_reads_an_unknown_fact_is_refused_when_declared() -> None:
    def shoe_size_known(*, shoe_size: int | Missing) -> Answer:
        """Shoe size is known."""
        return not isinstance(shoe_size, Missing)

    with pytest.raises(ValueError, match="The rule shoe-size-known reads shoe_size, which Circumstances"):
        rule("시험법 (2026)", "신발 크기", since=DAY)(shoe_size_known)


def test_a_rule_without_an_explanation_is_refused_when_declared() -> None:
    def unexplained(*, insured_days: int | Missing) -> Answer:
        return at_least(insured_days, 180)

    with pytest.raises(ValueError, match="The rule unexplained has no docstring"):
        rule("시험법 (2026)", "설명 없음", since=DAY)(unexplained)
