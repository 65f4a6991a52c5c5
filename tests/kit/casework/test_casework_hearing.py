"""What arrives: the first answer, the assessment, news of eligibility, and what is refused or waits."""

import pytest
from pydantic import JsonValue

from ieum.casework.eligibility_changes import change_eligibility
from ieum.casework.hearing import hear
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.refusals import Guard, NotYet, Refusal, RefusedEvent
from ieum.casework.values import Change
from ieum_contracts.address import Address
from ieum_contracts.case import CaseClosed
from ieum_contracts.codes import AskType, Decision, State
from ieum_contracts.decisions import ReferralAccepted, ReferralDeclined, ReferralReceived, ReferralReopened
from ieum_contracts.eligibility import EligibilityAssessed, EligibilityChanged
from ieum_contracts.message import Say
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralAmended, ReferralOutcomeDisputed
from tests.kit.casework.agencies import RECIPIENT, SENDER, START, Two, event_of, new_id, view_of
from tests.kit.casework.test_casework_moves import COMPLETED, resting

STRANGER = Address("yangju", "veterans-center")
CHANGED = EligibilityChanged.model_validate(
    {"programme": "livelihood", "old": "not-assessed", "new": "granted", "effective_on": "2026-07-01"}
)


def _heard(two: Two, body: Model, source: Address, at: Address = RECIPIENT) -> Change | RefusedEvent | NotYet:
    handler = two.recipient if at == RECIPIENT else two.sender
    event = event_of(Say(at, two.id, new_id(), body), source, START)
    return hear(handler.known, event, view_of(at), two.now)


def test_the_first_answer_of_an_offered_programme_is_received_and_answers_nothing() -> None:
    two = resting()
    (body,) = (say.body for say in two.said[1:])
    assert isinstance(body, ReferralReceived)
    assert body.answers == ()
    assert (two.at_recipient.version, two.at_sender.state) == (1, State.RECEIVED)


def test_a_programme_that_is_not_offered_is_declined_by_the_system() -> None:
    two = Two()
    two.refer()
    event = two.recipient.mailbox.popleft()
    body = event.body.model_copy(update={"programme": "unheard-of"})
    change = _heard(two, body, SENDER)
    assert isinstance(change, Change)
    (said,) = change.says
    assert isinstance(said.body, ReferralDeclined)
    assert said.body.reason == "programme-not-offered"


def test_a_programme_with_rules_is_assessed_on_receipt() -> None:
    two = Two()
    two.refer(programme="case-management")
    two.deliver()
    received, assessed = (say.body for say in two.said[1:])
    assert isinstance(received, ReferralReceived)
    assert isinstance(assessed, EligibilityAssessed)
    assert assessed.programmes[0].likelihood == "likely"
    assert two.at_sender.assessment == two.at_recipient.assessment is not None


def test_an_amendment_changes_the_details_that_count() -> None:
    two = resting(AskType.AMENDED)
    sealed = two.at_recipient.requested()["sealed"]
    assert isinstance(sealed, dict)
    assert sealed["contact"] == {"phone": "010-0000-0001", "safe_to_call": True}
    assert sealed["client"] == {"name": "가나다 시험"}


def test_supplied_facts_join_those_that_were_known() -> None:
    two = resting(Decision.INFO_REQUESTED)
    facts: dict[str, JsonValue] = {"able_to_work": {"value": True, "source": "stated"}}
    two.ask(AskType.INFO_SUPPLIED, sealed={"circumstances": facts, "documents_held": []})
    two.deliver()
    sealed = two.at_recipient.requested()["sealed"]
    assert isinstance(sealed, dict)
    known: dict[str, JsonValue] = {"household_size": {"value": 2, "source": "stated"}}
    assert sealed["circumstances"] == known | facts
    assert two.at_recipient.state is State.RECEIVED


@pytest.mark.parametrize(
    ("body", "source", "at", "reason"),
    [
        (ReferralAccepted(), STRANGER, SENDER, "wrong-party"),
        (ReferralAccepted(), SENDER, RECIPIENT, "wrong-party"),
        (ReferralAmended(), RECIPIENT, SENDER, "wrong-party"),
        (ReferralAmended(), STRANGER, RECIPIENT, "wrong-party"),
        (CHANGED, STRANGER, RECIPIENT, "wrong-party"),
        (ReferralReopened.model_validate({"cause": "disputed"}), RECIPIENT, SENDER, "move-not-allowed"),
        (ReferralAccepted(answers=(new_id(),)), RECIPIENT, SENDER, "answers-unknown"),
    ],
)
def test_what_a_party_may_not_say_is_refused(body: Model, source: Address, at: Address, reason: str) -> None:
    assert _heard(resting(), body, source, at) == RefusedEvent(reason)


def test_a_referral_is_requested_once() -> None:
    two = Two()
    two.refer()
    request = two.recipient.mailbox[0].body
    two.deliver()
    assert _heard(two, request, SENDER) == RefusedEvent("referral-known")


def test_a_move_of_a_referral_that_nobody_knows_is_refused() -> None:
    assert _heard(Two(), ReferralAmended(), SENDER) == RefusedEvent("referral-unknown")


def test_eligibility_waits_for_its_referral_and_then_reaches_the_other_side() -> None:
    assert _heard(Two(), CHANGED, SENDER) == NotYet("awaiting-referral")
    two = resting()
    version = two.at_recipient.version
    change = change_eligibility(two.at_sender, CHANGED, two.sender.known, two.now, new_id())
    assert isinstance(change, Change)
    assert [say.to for say in change.says] == [RECIPIENT]
    heard = _heard(two, CHANGED, SENDER)
    assert isinstance(heard, Change)
    assert heard.referral is not None
    assert heard.referral.version == version + 1


def test_no_news_of_eligibility_after_a_withdrawal() -> None:
    two = resting(AskType.CONSENT_WITHDRAWN)
    for referral in (two.at_sender, two.at_recipient):
        refused = change_eligibility(referral, CHANGED, two.sender.known, two.now, new_id())
        assert isinstance(refused, Refusal)
        assert refused.guard is Guard.MOVE


def test_an_ask_that_waits_is_not_taken_twice() -> None:
    two = resting(*COMPLETED, AskType.OUTCOME_DISPUTED)
    assert _heard(two, ReferralOutcomeDisputed(), SENDER) == RefusedEvent("ask-waits-already")


def test_the_end_of_a_case_is_heard_by_those_whose_referrals_it_served() -> None:
    two, case = resting(), new_id()
    fields = {"case": case, "opened_on": "2026-07-01", "closed_on": "2026-07-02", "reason": "goals-met"}
    body = CaseClosed.model_validate({**fields, "referrals": [two.id]})
    unknown = CaseClosed.model_validate({**fields, "referrals": [new_id()]})

    def heard(said: Model, source: Address = RECIPIENT) -> Change | RefusedEvent | NotYet:
        event = event_of(Say(SENDER, case, new_id(), said), source, START)
        return hear(LoadedCases([two.at_sender]), event, view_of(SENDER), START)

    change = heard(body)
    assert isinstance(change, Change)
    assert [referral.case for referral in change.also] == [case]
    assert heard(unknown) == NotYet("awaiting-referral")
    assert heard(body, STRANGER) == RefusedEvent("wrong-party")
    assert _heard(two, body, RECIPIENT, SENDER) == RefusedEvent("case-and-key-differ")
