"""Every resting state with every decision and every ask: done exactly where the table allows it."""

from collections.abc import Callable, Mapping

import pytest
from pydantic import JsonValue

from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Change
from ieum_contracts.codes import AskType, Decision, State
from ieum_contracts.consent import ConsentErased
from tests.contracts.written_lifecycle import sender_may, worker_may
from tests.kit.casework.agencies import Two

D, A, S = Decision, AskType, State
RESTS: Mapping[State, tuple[Decision | AskType, ...]] = {
    S.RECEIVED: (),
    S.INFO_REQUESTED: (D.INFO_REQUESTED,),
    S.WAITLISTED: (D.WAITLISTED,),
    S.ACCEPTED: (D.ACCEPTED,),
    S.IN_PROGRESS: (D.ACCEPTED, D.STARTED),
    S.ON_HOLD: (D.ACCEPTED, D.HELD),
    S.COMPLETED: (D.ACCEPTED, D.COMPLETED),
    S.FAILED: (D.ACCEPTED, D.FAILED),
    S.CLOSED: (D.ACCEPTED, D.COMPLETED, A.OUTCOME_ACKNOWLEDGED),
    S.DECLINED: (D.DECLINED,),
    S.REDIRECTED: (D.REDIRECTED,),
    S.CANCELLED: (A.CANCEL_REQUESTED,),
    S.WITHDRAWN: (A.CONSENT_WITHDRAWN,),
}
ACCEPTED, COMPLETED = RESTS[S.ACCEPTED], RESTS[S.COMPLETED]


def resting(*steps: Decision | AskType) -> Two:
    two = Two()
    assert isinstance(two.refer(), Change)
    two.deliver()
    for step in steps:
        done = two.decide(step) if isinstance(step, Decision) else two.ask(step)
        assert isinstance(done, Change), done
        assert all(isinstance(heard, Change) for heard in two.deliver())
    return two


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("state", RESTS)
def test_a_worker_decides_exactly_where_the_table_allows_it(state: State, decision: Decision) -> None:
    two = resting(*RESTS[state])
    assert two.at_recipient.state is state
    before, said = two.at_recipient, len(two.said)
    done = two.decide(decision)
    moves = worker_may(state)
    if decision in moves:
        assert isinstance(done, Change)
        assert two.at_recipient.version == before.version + 1
        assert all(isinstance(heard, Change) for heard in two.deliver())
        assert two.at_sender.state is two.at_recipient.state
    else:
        assert isinstance(done, Refusal)
        assert (done.guard, done.state, set(done.allowed)) == (Guard.MOVE, state, moves)
        assert (two.at_recipient, len(two.said)) == (before, said)


@pytest.mark.parametrize("ask", AskType)
@pytest.mark.parametrize("state", [S.REQUESTED, *RESTS])
def test_a_sender_asks_exactly_where_the_table_allows_it(state: State, ask: AskType) -> None:
    two = Two()
    if state is S.REQUESTED:
        two.refer()
    else:
        two = resting(*RESTS[state])
    before, said = two.at_sender, len(two.said)
    done = two.ask(ask)
    asks = sender_may(state, {step for step in RESTS.get(state, ()) if isinstance(step, AskType)})
    if ask in asks:
        assert isinstance(done, Change)
        assert two.at_sender.version == before.version + 1
        assert all(isinstance(heard, Change) for heard in two.deliver())
        assert two.at_sender.state is two.at_recipient.state
    else:
        assert isinstance(done, Refusal)
        assert (done.guard, set(done.allowed)) == (Guard.MOVE, asks)
        assert (two.at_sender, len(two.said)) == (before, said)


def test_a_cancellation_waits_for_the_worker_once_work_is_promised() -> None:
    two = resting(*ACCEPTED, A.CANCEL_REQUESTED)
    assert two.at_recipient.state is S.ACCEPTED
    assert {"cancelled", "ask-rejected"} <= set(two.at_recipient.allowed())
    two.decide(D.CANCELLED)
    two.deliver()
    assert two.at_sender.state is S.CANCELLED
    assert two.at_sender.allowed() == ("consent.withdrawn",)


def test_a_rejected_cancellation_leaves_the_referral_where_it_was_and_may_be_asked_again() -> None:
    two = resting(*ACCEPTED, A.CANCEL_REQUESTED, D.ASK_REJECTED)
    assert two.at_sender.state is S.ACCEPTED
    assert "cancel-requested" in two.at_sender.allowed()


def test_a_second_ask_of_the_same_type_names_the_first() -> None:
    two = resting(*ACCEPTED, A.CANCEL_REQUESTED)
    again = two.ask(A.CANCEL_REQUESTED)
    assert isinstance(again, Refusal)
    assert (again.guard, again.ask_type) == (Guard.ASK_OPEN, A.CANCEL_REQUESTED)
    assert again.ask == two.said[-1].id


def test_completing_answers_the_cancellation_that_waits() -> None:
    two = resting(*ACCEPTED, A.CANCEL_REQUESTED, D.COMPLETED)
    assert two.at_sender.state is S.COMPLETED
    assert "outcome-acknowledged" in two.at_sender.allowed()


def test_a_dispute_is_followed_once() -> None:
    two = resting(*COMPLETED, A.OUTCOME_DISPUTED, D.REOPENED, D.COMPLETED)
    assert two.at_sender.state is S.COMPLETED
    assert "outcome-disputed" not in two.at_sender.allowed()
    assert two.at_recipient.outcome is not None


def test_an_acknowledgement_is_rejected_while_a_dispute_waits() -> None:
    two = resting(*COMPLETED, A.OUTCOME_DISPUTED, A.OUTCOME_ACKNOWLEDGED)
    assert two.at_sender.state is S.COMPLETED
    assert two.said[-1].body.model_dump(mode="json")["cause"] == "dispute-waits"


def test_crossing_messages_need_no_special_case() -> None:
    two = resting()
    two.ask(A.CANCEL_REQUESTED)
    two.decide(D.ACCEPTED)
    assert all(isinstance(heard, Change) for heard in two.deliver())
    assert (two.at_sender.state, two.at_recipient.state) == (S.ACCEPTED, S.ACCEPTED)
    two.decide(D.CANCELLED)
    two.deliver()
    assert two.at_sender.state == S.CANCELLED


@pytest.mark.parametrize(
    "withdraw", [lambda two: two.ask(A.CONSENT_WITHDRAWN), lambda two: two.decide(D.WITHDRAWN)]
)
def test_a_withdrawal_erases_once_wherever_the_client_says_so(
    withdraw: Callable[[Two], Change | Refusal],
) -> None:
    two = resting(*ACCEPTED)
    assert isinstance(withdraw(two), Change)
    two.deliver()
    assert two.at_sender.state is two.at_recipient.state is S.WITHDRAWN
    assert two.at_recipient.sealed is None
    assert "sealed" not in two.at_recipient.requested()
    assert sum(isinstance(say.body, ConsentErased) for say in two.said) == 1


def test_withdrawals_that_cross_are_settled_with_one_receipt() -> None:
    two = resting(*ACCEPTED)
    two.ask(A.CONSENT_WITHDRAWN)
    two.decide(D.WITHDRAWN)
    assert all(isinstance(heard, Change) for heard in two.deliver())
    assert sum(isinstance(say.body, ConsentErased) for say in two.said) == 1
    assert two.at_sender.allowed() == ()


def test_a_withdrawal_after_the_end_erases_all_the_same() -> None:
    two = resting(*RESTS[S.CLOSED], A.CONSENT_WITHDRAWN)
    assert two.at_sender.state is S.CLOSED
    assert (two.at_sender.copy.erased, two.at_recipient.sealed) == (True, None)


@pytest.mark.parametrize(
    ("decision", "fields", "reason"),
    [
        (D.DECLINED, {"reason": None}, "reason-missing"),
        (D.DECLINED, {"reason": "no-show-repeated"}, "reason-does-not-fit"),
        (D.DECLINED, {"reason": "programme-not-offered"}, "reason-does-not-fit"),
        (D.DECLINED, {"reason": "other"}, "note-missing"),
        (D.REDIRECTED, {"reason": None}, "reason-missing"),
    ],
)
def test_a_reason_is_due_and_has_to_fit(
    decision: Decision, fields: dict[str, JsonValue], reason: str
) -> None:
    refused = resting().decide(decision, **fields)
    assert isinstance(refused, Refusal)
    assert (refused.guard, refused.reason) == (Guard.REASON, reason)
    assert "no-capacity" in refused.allowed


def test_answers_that_are_not_what_the_decision_settles_are_refused() -> None:
    two = resting(*ACCEPTED, A.CANCEL_REQUESTED)
    stranger = "00000000-0000-7000-8000-0000000000ff"
    for decision in (D.ASK_REJECTED, D.CANCELLED, D.PROGRESSED):
        refused = two.decide(decision, answers=[stranger])
        assert isinstance(refused, Refusal)
        assert refused.guard is Guard.ANSWERS


def test_only_the_recipient_decides_and_only_the_sender_asks() -> None:
    two = resting()
    sender, recipient = two.sender, two.recipient
    two.sender, two.recipient = recipient, sender
    decided, asked = two.decide(D.ACCEPTED), two.ask(A.AMENDED)
    assert isinstance(decided, Refusal)
    assert isinstance(asked, Refusal)
    assert (decided.guard, asked.guard) == (Guard.OWNER, Guard.OWNER)
