"""Advice on receipt and after: in nobody's way, on the day of the application, following the facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import JsonValue
from pydantic_core import from_json, to_json

from ieum.casework.conditions import Answer, Missing
from ieum.casework.eligibility import RuleFailure, RuleSet, rule
from ieum.casework.orders import REFERRAL_ORDER
from ieum.casework.referral_guards import Prior
from ieum.casework.refusals import RefusedEvent
from ieum.casework.sending import NewIds, refer
from ieum.casework.values import AgencyView, Change
from ieum_contracts.causes import RejectedCause
from ieum_contracts.codes import AskType, Decision, State
from ieum_contracts.consent import ConsentWithdrawn
from ieum_contracts.decisions import ReferralCompleted, ReferralReceived
from ieum_contracts.eligibility import EligibilityAssessed
from ieum_contracts.lifecycle import RecipientCopy
from ieum_contracts.referral import ReferralAmended, ReferralCancelRequested, ReferralRequested
from ieum_contracts.timing import day_of
from tests.kit.casework.agencies import (
    PUBLISHED,
    RECIPIENT,
    SENDER,
    START,
    Two,
    new_id,
    referral_order,
    view_of,
)
from tests.kit.casework.listener import RULE_SETS, Listener, request, stated
from tests.kit.casework.test_casework_moves import COMPLETED, resting

SEOUL = timezone(timedelta(hours=9))
CARD: dict[str, JsonValue] = {"birth_date": "1951-11-30", "employment_status": "unemployed", "student": False}
WORK: dict[str, JsonValue] = {"able_to_work": True, "willing_to_work": True, "searching": True}


@rule("시험법 1조 (2020)", "날짜 계산에 실패함", since=date(2020, 1, 1))
def broken(*, discharge_date: date | Missing, on: date) -> Answer:
    """Step before the first day of the calendar."""
    return discharge_date if isinstance(discharge_date, Missing) else date.min - (on - discharge_date) < on


def _offering(*rule_sets: RuleSet) -> AgencyView:
    return AgencyView(RECIPIENT, {each.programme: each for each in rule_sets}, PUBLISHED)


def _amended(**facts: JsonValue) -> ReferralAmended:
    return ReferralAmended.model_validate({"sealed": {"circumstances": stated(facts)}})


def test_a_rule_that_raises_costs_its_advice_and_not_the_receipt() -> None:
    rules = RULE_SETS["training-card"].rules
    figures = RULE_SETS["training-card"].figures
    context = Listener(_offering(RuleSet("training-card", "test/1", (broken, *rules), figures=figures)))
    body = request("training-card", {**CARD, "discharge_date": "2020-01-01"})
    change = context.hear(body)
    assert isinstance(change, Change)
    assert change.failures == (RuleFailure("training-card", "broken", "OverflowError"),)
    received, assessed = (say.body for say in change.says)
    assert isinstance(received, ReferralReceived)
    assert isinstance(assessed, EligibilityAssessed)
    (advice,) = assessed.programmes
    assert (advice.likelihood, advice.cause) == ("needs-info", "rule-failed")
    first, *others = advice.rules
    assert (first.rule, first.result, first.cause, first.missing) == ("broken", "unknown", "rule-failed", ())
    assert {each.result for each in others} == {"pass"}
    assert {each.cause for each in others} == {None}


def test_what_comes_after_a_failed_assessment_is_answered() -> None:
    for body in (
        ReferralCancelRequested.model_validate({"reason": "client-declined"}),
        ConsentWithdrawn(),
    ):
        context = Listener(_offering(RuleSet("training-card", "test/1", (broken,))))
        context.hear(request("training-card", {"discharge_date": "2020-01-01"}))
        assert isinstance(context.hear(body), Change)
        assert context.known.referrals[context.id].state in {State.CANCELLED, State.WITHDRAWN}


def test_an_assessment_that_fails_as_a_whole_is_said_to_have_failed() -> None:
    unsound = replace(broken, citation="")
    context = Listener(_offering(RuleSet("training-card", "test/1", (unsound,))))
    change = context.hear(request("training-card", CARD))
    assert isinstance(change, Change)
    assert [(each.rule, each.error) for each in change.failures] == [("all", "ValidationError")]
    told = change.says[-1].body
    assert isinstance(told, EligibilityAssessed)
    assert (told.programmes[0].cause, told.programmes[0].rules) == ("rule-failed", ())


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1900-01-01", "1970-01-01", "no day"])
def test_a_day_kept_before_the_contract_refused_it_is_not_understood(day: str) -> None:
    context = Listener()
    context.hear(request("employment-support-1", WORK))
    kept = context.known.referrals[context.id]
    assert kept.sealed is not None
    details = from_json(kept.sealed)
    details["circumstances"] |= stated({"discharge_date": day, "employment_status": "serving"})
    details["client"]["birth_date"] = day
    context.known.referrals[context.id] = replace(kept, sealed=to_json(details))
    advice = context.assessed(_amended(student=False))
    (serving,) = (each for each in advice.rules if each.rule == "not-serving")
    assert (serving.result, serving.missing) == ("unknown", ("circumstances.discharge_date",))
    assert serving.unclear == serving.missing
    (age,) = (each for each in advice.rules if each.rule == "of-working-age")
    assert age.result == ("pass" if day == "1970-01-01" else "unknown")


@pytest.mark.parametrize(
    ("said", "read_after", "likelihood", "cause"),
    [
        (datetime(2026, 11, 29, 12, tzinfo=SEOUL), timedelta(), "likely", None),
        (datetime(2026, 11, 29, 12, tzinfo=SEOUL), timedelta(days=1), "likely", None),
        (datetime(2026, 11, 29, 23, 59, tzinfo=SEOUL), timedelta(days=400), "likely", None),
        (datetime(2026, 11, 30, 0, 0, tzinfo=SEOUL), timedelta(), "unlikely", None),
        (datetime(2026, 11, 29, 15, 0, tzinfo=UTC), timedelta(), "unlikely", None),
        (datetime(2025, 12, 31, 23, 50, tzinfo=SEOUL), timedelta(minutes=20), "likely", None),
    ],
)
def test_the_day_of_the_application_counts_however_late_it_is_read(
    said: datetime, read_after: timedelta, likelihood: str, cause: str | None
) -> None:
    advice = Listener().assessed(request("training-card", CARD), said, said + read_after)
    assert (advice.likelihood, advice.cause) == (likelihood, cause)
    assert advice.as_of == said.astimezone(SEOUL).date()


def test_a_figure_of_the_year_of_the_application_counts_when_it_is_read_in_the_next() -> None:
    said = datetime(2026, 12, 31, 23, 50, tzinfo=SEOUL)
    facts: dict[str, JsonValue] = {"household_size": 4, "recognised_income_monthly": 2_000_000}
    advice = Listener().assessed(request("livelihood", facts), said, said + timedelta(minutes=20))
    assert (advice.likelihood, advice.as_of) == ("likely", date(2026, 12, 31))


def test_facts_that_come_later_are_judged_on_the_day_of_the_application() -> None:
    context = Listener()
    first = context.assessed(request("training-card", {}), START)
    assert (first.likelihood, first.cause) == ("needs-info", "facts-missing")
    later = context.assessed(_amended(**CARD), START + timedelta(days=200))
    assert (later.likelihood, later.as_of) == ("likely", day_of(START))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T14:59:59Z", "9999-12-31T15:00:00Z"])
def test_no_moment_is_without_a_day(moment: str) -> None:
    said = datetime.fromisoformat(moment)
    advice = Listener().assessed(request("training-card", CARD), said, START)
    assert advice.likelihood != "likely"
    assert advice.as_of == day_of(said)


def test_supplied_facts_are_assessed_at_once_on_both_sides() -> None:
    two = Two()
    two.refer(programme="case-management")
    two.deliver()
    two.decide(Decision.INFO_REQUESTED)
    two.deliver()
    before = len(two.said)
    two.ask(AskType.INFO_SUPPLIED, sealed={"circumstances": stated({"household_size": 3})})
    two.deliver()
    _ask, received, assessed = (say.body for say in two.said[before:])
    assert isinstance(received, ReferralReceived)
    assert isinstance(assessed, EligibilityAssessed)
    assert two.at_sender.assessment == two.at_recipient.assessment is not None


def test_an_amended_income_changes_the_advice() -> None:
    context = Listener()
    facts: dict[str, JsonValue] = {"household_size": 4, "recognised_income_monthly": 500_000}
    assert context.assessed(request("livelihood", facts)).likelihood == "likely"
    raised = {"recognised_income_monthly": {"value": 5_000_000, "source": "verified"}}
    body = ReferralAmended.model_validate({"sealed": {"circumstances": raised}})
    assert context.assessed(body).likelihood == "unlikely"


def test_news_without_facts_is_not_assessed_again() -> None:
    context = Listener()
    context.assessed(request("training-card", CARD))
    news: tuple[dict[str, JsonValue], ...] = (
        {"contact": {"safe_to_call": False}},
        {"circumstances": stated(CARD)},
        {"note": "시험"},
    )
    for sealed in news:
        change = context.hear(ReferralAmended.model_validate({"sealed": sealed}))
        assert isinstance(change, Change)
        assert [type(say.body).__name__ for say in change.says] == ["ReferralAmendmentNoted"]


def test_a_withdrawal_is_no_news_of_facts() -> None:
    context = Listener()
    context.assessed(request("training-card", CARD))
    change = context.hear(ConsentWithdrawn())
    assert isinstance(change, Change)
    assert not any(isinstance(say.body, EligibilityAssessed) for say in change.says)


def test_an_outcome_that_is_disputed_in_time_may_be_read_late() -> None:
    two = resting(*COMPLETED)
    two.ask(AskType.OUTCOME_DISPUTED)
    two.now += timedelta(days=31)
    two.deliver()
    copy = two.at_recipient.copy
    assert isinstance(copy, RecipientCopy)
    assert [ask for _, ask in copy.waiting] == [AskType.OUTCOME_DISPUTED]


def test_an_outcome_that_is_disputed_too_late_is_rejected() -> None:
    two = resting(*COMPLETED)
    two.now += timedelta(days=31)
    two.ask(AskType.OUTCOME_DISPUTED)
    two.deliver()
    assert two.said[-1].body.model_dump(mode="json")["cause"] == RejectedCause.TOO_LATE


def test_a_referral_is_concluded_when_its_recipient_said_so() -> None:
    two = resting(Decision.ACCEPTED)
    two.decide(Decision.COMPLETED)
    two.now += timedelta(days=3)
    two.deliver()
    assert isinstance(two.said[-1].body, ReferralCompleted)
    assert two.at_sender.concluded_at == two.at_recipient.concluded_at
    assert two.at_sender.changed_at > two.at_recipient.changed_at


def test_a_journey_remembers_when_a_referral_was_made_not_when_it_was_read() -> None:
    first = Two()
    first.refer()
    made = first.at_sender.created_at
    first.now += timedelta(days=3)
    first.deliver()
    assert first.at_recipient.asked_at == made
    assert first.at_recipient.created_at > made + timedelta(days=3)
    order = REFERRAL_ORDER.validate_python(
        referral_order(recipient=SENDER.agency, programme="training-card", parent=str(first.id))
    )
    ids = NewIds(new_id(), new_id())
    change = refer(order, view_of(RECIPIENT), Prior(first.at_recipient), first.now, ids)
    assert isinstance(change, Change)
    body = change.says[0].body
    assert isinstance(body, ReferralRequested)
    assert [visit.at for visit in body.path] == [made]


def test_a_referral_that_is_refused_is_not_assessed() -> None:
    context = Listener()
    context.assessed(request("training-card", CARD))
    assert context.hear(request("training-card", CARD)) == RefusedEvent("referral-known")
