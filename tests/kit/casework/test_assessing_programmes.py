"""A programme of the kind `assessment` ends as `assessed`, with programmes that would help; no other does."""

import pytest
from pydantic import JsonValue, ValidationError

from ieum.agency import load_agency
from ieum.casework import deciding
from ieum.casework.decision_orders import DECISION_ORDER, DecisionOrder
from ieum.casework.eligibility import RuleSet
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import AgencyView, Change
from ieum_contracts.codes import Decision, Outcome, ProgrammeKind
from ieum_contracts.decisions import ReferralCompleted
from tests.kit.casework.agencies import Two

SUGGESTED: dict[str, JsonValue] = {"agency": "/yangju/city-job-center", "programme": "job-counselling"}


def order(outcome: str, *suggestions: object) -> DecisionOrder:
    given = {"decision": "completed", "outcome": outcome, "suggestions": suggestions or None}
    return DECISION_ORDER.validate_python({name: each for name, each in given.items() if each is not None})


def refused(two: Two, kind: ProgrammeKind, outcome: str) -> Refusal | None:
    programme = two.at_recipient.programme
    rule_sets = {programme: RuleSet(programme, "trial/1", (), kind=kind)}
    view = AgencyView(two.at_recipient.peer, rule_sets, {})
    return deciding.refused_outcome(two.at_recipient, order(outcome), view)


@pytest.fixture
def two() -> Two:
    two = Two()
    two.refer()
    two.deliver()
    return two


def test_only_an_assessment_ends_as_assessed(two: Two) -> None:
    refusal = refused(two, ProgrammeKind.SERVICE, "assessed")
    assert refusal is not None
    assert (refusal.guard, refusal.reason) == (Guard.OUTCOME, "programme-assesses-nothing")
    assert refused(two, ProgrammeKind.ASSESSMENT, "assessed") is None
    assert refused(two, ProgrammeKind.SERVICE, "service-provided") is None


def test_what_would_help_is_said_with_the_outcome(two: Two) -> None:
    two.decide(Decision.ACCEPTED)
    two.deliver()
    done = two.decide(Decision.COMPLETED, outcome="assessed", suggestions=[SUGGESTED])
    assert isinstance(done, Change)
    body = done.says[0].body
    assert isinstance(body, ReferralCompleted)
    assert [(each.agency, each.programme) for each in body.suggestions or ()] == [tuple(SUGGESTED.values())]
    two.deliver()
    assert two.at_sender.outcome is Outcome.ASSESSED


def test_nothing_is_suggested_with_another_outcome() -> None:
    with pytest.raises(ValidationError, match="Programmes are suggested with the outcome `assessed` alone"):
        order("service-provided", SUGGESTED)


def test_the_welfare_teams_counselling_assesses() -> None:
    kinds = {each.id: each.kind for each in load_agency("services.city_welfare_team").programmes}
    assessing = [name for name, kind in kinds.items() if kind is ProgrammeKind.ASSESSMENT]
    assert assessing == ["welfare-counselling"]
