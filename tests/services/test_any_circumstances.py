"""Whatever is said of a client on any day: it is assessed, and only what could change the advice is asked."""

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from ieum.agency import load_agency
from ieum.casework.ages import age_on, months_before
from ieum.casework.eligibility import SENSITIVE, RuleSet, assess, judge
from ieum.casework.facts import facts_in, facts_of
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.eligibility import Likelihood, ProgrammeAssessed
from tests.services.arbitrary import circumstances_with, facts, without_contradictions
from tests.services.asking import PACKAGES

IN_FORCE = st.dates(date(2022, 1, 1), date(2028, 12, 31))
EDGES = st.sampled_from([date.min, date.max, date(1970, 1, 1), date(2024, 2, 29), date(2026, 12, 31)])


def rule_sets() -> Iterator[RuleSet]:
    for package in PACKAGES:
        yield from (each for each in load_agency(package).rule_sets.values() if each.rules)


RULE_SETS = {each.programme: each for each in rule_sets()}
READS = {
    name: sorted({fact for each in rules.rules for fact in each.reads}) for name, rules in RULE_SETS.items()
}
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Drawing circumstances of forty facts takes its time on a machine that does much else."""
each_programme = pytest.mark.parametrize("programme", sorted(RULE_SETS))


def asked(advice: ProgrammeAssessed) -> set[str]:
    return {item.removeprefix("circumstances.") for each in advice.rules for item in each.missing}


def known(circumstances: Any) -> Circumstances:
    return Circumstances.model_validate(circumstances)


@each_programme
@settings(UNHURRIED, max_examples=12)
@given(data=st.data(), on=st.one_of(IN_FORCE, st.dates(), EDGES))
def test_no_circumstances_on_no_day_make_a_rule_raise(programme: str, data: st.DataObject, on: date) -> None:
    circumstances = data.draw(circumstances_with(READS[programme]))
    judged = judge(RULE_SETS[programme], facts_in(known(circumstances), on), on)
    assert judged.failures == ()
    assert judged.advice.as_of == on
    missing = asked(judged.advice)
    assert not missing or judged.advice.likelihood is Likelihood.NEEDS_INFO
    assert not missing & SENSITIVE or missing <= SENSITIVE


STORED: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "0001-01-01", "9999-12-31", -1, 10**30, [], {}, {"value": None}, {"value": "x"}]
)


@each_programme
@settings(UNHURRIED, max_examples=5)
@given(data=st.data(), on=st.dates())
def test_no_stored_facts_make_a_rule_raise(programme: str, data: st.DataObject, on: date) -> None:
    circumstances = data.draw(st.dictionaries(st.sampled_from(READS[programme]), STORED))
    client: dict[str, JsonValue] = {"birth_date": "0001-01-01", "address": "\u200b"}
    requested: dict[str, JsonValue] = {"sealed": {"client": client, "circumstances": circumstances}}
    assert judge(RULE_SETS[programme], facts_of(requested, on), on).failures == ()


@each_programme
@settings(UNHURRIED, max_examples=12)
@given(data=st.data(), on=IN_FORCE)
def test_a_fact_that_is_not_asked_for_cannot_change_the_advice(
    programme: str, data: st.DataObject, on: date
) -> None:
    rules = RULE_SETS[programme]
    circumstances = data.draw(circumstances_with(READS[programme], all_known=True))
    for name in READS[programme]:
        without = assess(rules, known({**circumstances, name: None}), on)
        if name not in asked(without):
            redrawn = without_contradictions({**circumstances, name: data.draw(facts(name))})
            if redrawn.keys() < {*circumstances, name}:
                continue
            advice = assess(rules, known(redrawn), on)
            assert (advice.likelihood, advice.cause) == (without.likelihood, without.cause), name


@UNHURRIED
@given(st.dates(), st.integers(-200_000, 200_000))
def test_going_back_by_months_never_leaves_the_calendar(day: date, months: int) -> None:
    before = months_before(day, months)
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if MINYEAR <= year <= MAXYEAR:
        assert (before.year, before.month) == (year, month + 1)
        assert before.day == day.day or (before.day < day.day and months_before(before, -1).day >= before.day)
    else:
        assert before in {date.min, date.max}


@UNHURRIED
@given(st.dates(), st.dates())
def test_an_age_grows_by_one_each_year(birth: date, on: date) -> None:
    assume(on.year < MAXYEAR)
    later = date(on.year + 1, 3, 1) if (on.month, on.day) == (2, 29) else on.replace(year=on.year + 1)
    assert age_on(birth, later) - age_on(birth, on) in {1, 2 if (on.month, on.day) == (2, 29) else 1}
