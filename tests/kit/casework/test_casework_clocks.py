"""A clock that was ahead and steps back, and dates that have passed, stand in nobody's way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic_core import to_json

from ieum.casework import case_commands, sending
from ieum.casework.ask_orders import WithdrawConsent
from ieum.casework.not_taken_in import repeat
from ieum.casework.orders import CaseClosing
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Change, UntakenDecision
from ieum_contracts.case import CaseClosed, CaseReason
from ieum_contracts.catalogue import MODEL_OF_DECISION, dataschema_of, decode, type_of
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.consent import ConsentErased
from ieum_contracts.referral import ReferralRequested
from ieum_contracts.timing import day_of, out_of_time
from tests.kit.casework.agencies import Two, new_id

AHEAD = timedelta(days=40)


def accepted_ahead() -> Two:
    """Let the recipient accept by a clock that is ahead, and set it right again."""
    two = Two()
    two.refer()
    two.deliver()
    two.now += AHEAD
    two.decide(Decision.ACCEPTED)
    two.now -= AHEAD
    return two


def sayable(two: Two) -> None:
    """Make sure that what is said may be heard at the time at which it is said."""
    for say in two.said:
        decode(
            type_of(say.body), dataschema_of(say.body), say.body.model_dump_json(exclude_none=True).encode()
        )
        assert list(out_of_time(say.body, two.now)) == []


@pytest.mark.parametrize("ask", [AskType.CONSENT_WITHDRAWN, None])
def test_a_case_that_was_opened_by_a_clock_ahead_is_closed(ask: AskType | None) -> None:
    two = accepted_ahead()
    two.said.clear()
    if ask is None:
        two.decide(Decision.WITHDRAWN)
    else:
        two.ask(ask)
    two.deliver()
    closed = [say.body for say in two.said if isinstance(say.body, CaseClosed)]
    assert [(each.opened_on, each.closed_on) for each in closed] == [(day_of(two.now), day_of(two.now))]
    assert two.at_recipient.copy.erased
    sayable(two)


def test_a_case_that_was_opened_by_a_clock_ahead_is_closed_by_hand() -> None:
    two = accepted_ahead()
    two.decide(Decision.DECLINED)
    (case,) = two.recipient.known.cases.values()
    reopened = replace(case, closed_at=None, reason=None)
    change = case_commands.close_case(reopened, CaseClosing(reason=CaseReason.CLIENT_LEFT), two.now)
    assert isinstance(change, Change)
    assert [list(out_of_time(say.body, two.now)) for say in change.says] == [[]]


def test_a_stop_of_the_journey_that_lies_ahead_can_be_said_on() -> None:
    two = Two()
    two.refer()
    two.deliver()
    ahead = two.now + AHEAD
    parent = replace(two.at_sender, requested_at=ahead, created_at=ahead)
    two.id = new_id()
    made = two.refer(parent, programme="case-management")
    assert isinstance(made, Change)
    body = made.says[0].body
    assert isinstance(body, ReferralRequested)
    assert list(out_of_time(body, two.now)) == []
    visited = body.path[0].model_dump(mode="json") | {"at": ahead.isoformat()}
    asked: dict[str, Any] = body.model_dump(mode="json", exclude={"sealed"}, exclude_none=True)
    onward = made.referral
    assert onward is not None
    visited_ahead = ReferralRequested.model_validate({**onward.requested(), **asked, "path": [visited]})
    parent = replace(
        onward, asked=visited_ahead.model_dump_json(exclude={"sealed"}, exclude_none=True).encode()
    )
    two.id = new_id()
    made = two.refer(parent, loop_override="시험")
    assert isinstance(made, Change)
    assert list(out_of_time(made.says[0].body, two.now)) == []


def test_a_withdrawal_names_its_artefact_though_the_contract_takes_the_details_no_longer() -> None:
    two, artefact = Two(), new_id()
    two.refer()
    two.deliver()
    sealed = {"client": {"name": " ", "birth_date": "2099-01-01"}, "consent": {"id": str(artefact)}}
    kept = replace(two.at_sender, sealed=to_json(sealed))
    order = WithdrawConsent(ask=AskType.CONSENT_WITHDRAWN, artefact=artefact)
    assert isinstance(sending.ask(kept, order, two.now, new_id()), Change)
    other = order.model_copy(update={"artefact": new_id()})
    refused = sending.ask(kept, other, two.now, new_id())
    assert isinstance(refused, Refusal)
    assert refused.guard is Guard.ARTEFACT


REPEATED: list[tuple[Decision, dict[str, Any], dict[str, Any]]] = [
    (Decision.ACCEPTED, {"contact_by": "2026-07-02T00:00:00Z"}, {}),
    (Decision.ACCEPTED, {"appointment": {"at": "2026-07-02T00:00:00Z", "place": "가"}}, {}),
    (Decision.HELD, {"reason": "documents-missing", "until": "2026-07-02"}, {"reason": "documents-missing"}),
    (
        Decision.INFO_REQUESTED,
        {"questions": ["household"], "due_at": "2026-07-02T00:00:00Z"},
        {"questions": ["household"]},
    ),
]


@pytest.mark.parametrize(("decision", "given", "left"), REPEATED)
def test_a_decision_is_repeated_without_the_dates_that_have_passed(
    decision: Decision, given: dict[str, Any], left: dict[str, Any]
) -> None:
    two = Two()
    two.refer()
    two.deliver()
    event = new_id()
    referral = replace(two.at_recipient, untaken=(UntakenDecision(event, decision, "body.invalid"),))
    body = MODEL_OF_DECISION[decision].model_validate(given)
    soon = repeat(referral, {event: body}, two.now)
    assert isinstance(soon, Change)
    assert soon.says[0].body == body
    late = two.now + timedelta(days=400)
    change = repeat(referral, {event: body}, late)
    assert isinstance(change, Change)
    assert list(out_of_time(change.says[0].body, late)) == []
    assert change.says[0].body == MODEL_OF_DECISION[decision].model_validate(left)


def test_the_receipt_of_an_erasure_is_repeated_when_everything_is_gone() -> None:
    two = Two()
    two.refer()
    two.deliver()
    two.decide(Decision.WITHDRAWN)
    (receipt,) = (say.body for say in two.said if isinstance(say.body, ConsentErased))
    event, late = new_id(), two.now + timedelta(days=60)
    referral = replace(
        two.at_recipient, untaken=(UntakenDecision(event, Decision.CONSENT_ERASED, "body.invalid"),)
    )
    change = repeat(referral, {event: receipt}, late)
    assert isinstance(change, Change)
    assert change.says[0].body == receipt.model_copy(update={"everywhere_by": late})
