"""What holds for all facts: nothing missing is likely, better facts do no harm, and nothing else counts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ieum.agency import load_agency
from ieum.casework.conditions import Missing
from ieum.casework.eligibility import RuleSet, judge
from ieum.casework.facts import Facts, facts_in
from ieum.casework.figures import Figures, figures_on
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.eligibility import Likelihood, RuleResult
from tests.services.asking import PACKAGES, circumstances
from tests.services.test_tables import TABLES

UNHURRIED = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
RULE_SETS = {
    name: rule_set
    for package in PACKAGES
    for name, rule_set in load_agency(package).rule_sets.items()
    if rule_set.rules
}
Case = tuple[str, dict[str, Any], date]
ROWS: list[Case] = [
    (programme, {**table.usual, **row.changes}, row.on)
    for table in TABLES
    for programme in table.programmes
    for row in table.rows
]
SMALLER_IS_BETTER = (
    "recognised_income_monthly",
    "household_income_monthly",
    "own_income_monthly",
    "own_income_annual",
    "household_assets",
    "financial_assets",
    "yearly_revenue",
    "unsecured_debt",
    "secured_debt",
    "student_years_left",
)
LARGER_IS_BETTER = {
    "insured_days": 720,
    "work_days": 731,
    "work_hours": 17_544,
    "service_months": 720,
    "post_weekly_hours": 80,
    "post_months": 100,
}
"""The largest that the contract takes, or larger than any limit."""
NOT_MONOTONE = "employment-support-1-selective"
"""By its law a work record rules out the selection: there more days of work are not better."""
ORDER = {RuleResult.FAILED: 0, RuleResult.UNKNOWN: 1, RuleResult.PASSED: 2}
each_row = st.sampled_from(ROWS)


def known(facts: Mapping[str, Any]) -> Circumstances:
    return circumstances({name: value for name, value in facts.items() if value is not None})


def judged(rule_set: RuleSet, facts: Mapping[str, Any], on: date) -> dict[str, RuleResult]:
    return {each.rule: each.result for each in judge(rule_set, facts_in(known(facts), on), on).advice.rules}


@UNHURRIED
@given(row=each_row, data=st.data())
def test_a_missing_fact_never_yields_likely(row: Case, data: st.DataObject) -> None:
    programme, facts, on = row
    full = judge(RULE_SETS[programme], facts_in(known(facts), on), on).advice
    lost = data.draw(st.sets(st.sampled_from(sorted(facts)), min_size=1))
    advice = judge(RULE_SETS[programme], facts_in(known({**facts, **dict.fromkeys(lost)}), on), on).advice
    if full.likelihood is not Likelihood.LIKELY:
        assert advice.likelihood is not Likelihood.LIKELY
    if any(each.missing for each in advice.rules):
        assert advice.likelihood is Likelihood.NEEDS_INFO


@pytest.mark.parametrize("programme", sorted(RULE_SETS))
def test_nothing_known_is_never_likely(programme: str) -> None:
    for on in (date(2025, 7, 1), date(2026, 7, 1), date(2027, 7, 1)):
        assert judge(RULE_SETS[programme], Facts({}), on).advice.likelihood is Likelihood.NEEDS_INFO


@UNHURRIED
@given(row=each_row, data=st.data())
def test_a_better_fact_never_turns_pass_into_fail(row: Case, data: st.DataObject) -> None:
    programme, facts, on = row
    names = [each for each in (*SMALLER_IS_BETTER, *LARGER_IS_BETTER) if facts.get(each) is not None]
    if not names or (programme == NOT_MONOTONE and "work_days" in facts):
        names = [each for each in names if each not in {"work_days", "work_hours"}]
    if not names:
        return
    name = data.draw(st.sampled_from(names))
    value: int = facts[name]
    smaller = name in SMALLER_IS_BETTER
    better = st.integers(min(value, 0), value) if smaller else st.integers(value, LARGER_IS_BETTER[name])
    changed = {**facts, name: data.draw(better)}
    own, household = changed.get("own_income_monthly"), changed.get("household_income_monthly")
    if own and household is not None:
        changed["own_income_monthly"] = min(own, household)
    before, after = judged(RULE_SETS[programme], facts, on), judged(RULE_SETS[programme], changed, on)
    assert all(ORDER[after[rule]] >= ORDER[result] for rule, result in before.items()), (name, changed[name])


@pytest.mark.parametrize("programme", sorted(RULE_SETS))
def test_a_rule_without_its_figures_never_passes_where_it_failed(programme: str) -> None:
    rule_set = RULE_SETS[programme]
    for _, facts, on in (row for row in ROWS if row[0] == programme):
        values = facts_in(known(facts), on).values
        results = judged(rule_set, facts, on)
        there = figures_on(rule_set.figures, on).values
        for lost in (frozenset(there), *(frozenset({name}) for name in there)):
            figures = Figures(on, {name: None if name in lost else each for name, each in there.items()})
            for each in rule_set.rules:
                given_values = {name: values.get(name, Missing(frozenset({name}))) for name in each.reads}
                more = {"on": on, "figures": figures}
                answer = each.holds(**given_values, **{name: more[name] for name in each.given})
                assert answer is not True or results.get(each.id) is not RuleResult.FAILED, lost


@UNHURRIED
@given(row=each_row, others=st.lists(each_row, max_size=5))
def test_an_assessment_is_a_function_of_facts_day_and_rules_alone(row: Case, others: list[Case]) -> None:
    programme, facts, on = row
    first = judge(RULE_SETS[programme], facts_in(known(facts), on), on)
    for name, other, day in others:
        judge(RULE_SETS[name], facts_in(known(other), day), day)
    agency = RULE_SETS[programme].agency
    fresh = load_agency(f"services.{agency.replace('-', '_')}").rules_of_version("2026-11-28")[programme]
    turned = known(dict(reversed(facts.items())))
    again = judge(fresh, facts_in(turned, on), on)
    assert again == first
    assert again.advice.model_dump_json() == first.advice.model_dump_json()


@UNHURRIED
@given(row=each_row, data=st.data())
def test_verified_facts_alone_carry_what_is_said_to_rest_on_them(row: Case, data: st.DataObject) -> None:
    programme, facts, on = row
    given_facts = facts_in(known(facts), on)
    sources = {name: data.draw(st.sampled_from(["stated", "verified"])) for name in given_facts.values}
    verified = Circumstances.model_validate(
        {
            name: {**fact, "source": sources[name]}
            for name, fact in known(facts).model_dump(mode="json", exclude_none=True).items()
        }
    )
    mixed = facts_in(verified, on)
    advice = judge(RULE_SETS[programme], mixed, on).advice
    alone = judge(RULE_SETS[programme], mixed.verified(), on).advice
    if advice.likelihood is Likelihood.LIKELY:
        assert advice.on_verified_facts is (alone.likelihood is Likelihood.LIKELY)
    else:
        assert advice.on_verified_facts is None
