"""The exhaustive walk over casework's own functions: what serves people is what is proved."""

from datetime import timedelta

import pytest

from ieum.casework import deciding, effects, sending
from ieum.casework.ask_orders import ASK_ORDER
from ieum.casework.clock_firing import fire
from ieum.casework.clock_rules import CLOCK_RULES, Effect
from ieum.casework.decision_orders import DECISION_ORDER
from ieum.casework.hearing import hear
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.running_clocks import RunningClock
from ieum.casework.values import Change, Referral, Side
from ieum_contracts import lifecycle
from ieum_contracts.catalogue import MODEL_OF_ASK, MODEL_OF_DECISION, decision_of
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.consent import ConsentErased
from ieum_contracts.decisions import DecisionBody as DecidedBody
from ieum_contracts.lifecycle import Decided, Mover, NotAllowed, RecipientCopy, Said, SenderCopy
from ieum_contracts.message import Event, Say
from ieum_contracts.referral import ReferralRequested
from tests.contracts.lifecycle_walk import IDS, Rules, Walk
from tests.contracts.test_lifecycle_walk import WORLDS_MIN
from tests.kit.casework.agencies import (
    ASKS,
    DECISIONS,
    PROGRAMME,
    RECIPIENT,
    SENDER,
    START,
    event_of,
    new_id,
    referral_order,
    view_of,
)

ID, JOURNEY = new_id(), new_id()
LATE = START + timedelta(days=31)
REQUEST = ReferralRequested.model_validate(referral_order())
ORDERS = {decision: DECISION_ORDER.validate_python(order) for decision, order in DECISIONS.items()}
ASK_ORDERS = {ask: ASK_ORDER.validate_python(order) for ask, order in ASKS.items()}
HEARD_FIELDS = {
    "questions": ["household"],
    "sub_status": "contacted",
    "reason": "other",
    "outcome": "attended",
    "suggestion": {"agency": "/yangju/city-job-center", "programme": "job-counselling"},
    "closed_as": "completed",
    "clock": "info-request",
    "state": "received",
    "erased": [],
    "method": "cleared",
    "everywhere_by": START,
}
BY_CLOCK: dict[Effect | None, Decision] = {Effect.EXPIRE: Decision.EXPIRED, Effect.CLOSE: Decision.CLOSED}
CAUSES = {
    Decision.WITHDRAWN: "asked",
    Decision.CLOSED: "acknowledged",
    Decision.REOPENED: "disputed",
    Decision.ASK_REJECTED: "too-late",
}


def _referral(copy: RecipientCopy | SenderCopy) -> Referral:
    return Referral(
        id=ID,
        journey=JOURNEY,
        peer=SENDER if isinstance(copy, RecipientCopy) else RECIPIENT,
        programme=PROGRAMME,
        copy=copy,
        asked=effects.asked_json(REQUEST),
        sealed=effects.sealed_json(REQUEST),
        created_at=START,
        changed_at=START,
        concluded_at=START,
    )


def _decided(change: Change) -> Decided:
    assert change.referral is not None
    assert isinstance(change.referral.copy, RecipientCopy)
    bodies = (say.body for say in change.says)
    says = tuple(
        (decision_of(body), body.answers) for body in bodies if isinstance(body, DecidedBody | ConsentErased)
    )
    return Decided(change.referral.copy, tuple((name, answers) for name, answers in says if name is not None))


def _receive() -> tuple[Decided, ...]:
    def received(programme: str) -> Decided:
        body = REQUEST.model_copy(update={"programme": programme})
        event = event_of(Say(RECIPIENT, ID, JOURNEY, body), SENDER, START)
        change = hear(LoadedCases(), event, view_of(RECIPIENT), START)
        assert isinstance(change, Change)
        return _decided(change)

    return received(PROGRAMME), received("unheard-of")


def _decide(copy: RecipientCopy, decision: Decision, by: Mover) -> Decided | NotAllowed:
    if by is Mover.CLOCK:
        return _by_clock(copy, decision)
    if by is not Mover.WORKER:
        return lifecycle.decide(copy, decision, by)
    step = deciding.decide(_referral(copy), None, ORDERS[decision], START, new_id())
    return _decided(step) if isinstance(step, Change) else NotAllowed(step.reason)


def _by_clock(copy: RecipientCopy, decision: Decision) -> Decided | NotAllowed:
    """Let every clock that runs in this state run out, as the service does."""
    for clock, rule in CLOCK_RULES.items():
        if copy.state in rule.states and BY_CLOCK.get(rule.effect(Side.RECIPIENT)) is decision:
            ran_out = RunningClock(clock, START, rule.steps, rule.harm, fired=1, due_at=START)
            change = fire(_referral(copy), None, ran_out, START, view_of(RECIPIENT))
            return NotAllowed("not-by-this-clock") if change is None else _decided(change)
    return NotAllowed("no-clock")


def _hear_ask(copy: RecipientCopy, ask: AskType, in_time: bool) -> Decided:
    body = MODEL_OF_ASK[ask].model_validate(ASKS[ask])
    event = event_of(Say(RECIPIENT, ID, JOURNEY, body, IDS[ask]), SENDER, START)
    change = hear(LoadedCases([_referral(copy)]), event, view_of(RECIPIENT), START if in_time else LATE)
    assert isinstance(change, Change), change
    return _decided(change)


def _ask(copy: SenderCopy, ask: AskType) -> SenderCopy | NotAllowed:
    step = sending.ask(_referral(copy), ASK_ORDERS[ask], START, IDS[ask])
    if not isinstance(step, Change):
        return NotAllowed(step.reason, step.ask)
    assert step.referral is not None
    assert isinstance(step.referral.copy, SenderCopy)
    assert [say.id for say in step.says] == [IDS[ask]]
    return step.referral.copy


def _hear_decision(copy: SenderCopy, said: Said) -> SenderCopy | NotAllowed:
    decision, answers = said
    cause = {"cause": CAUSES[decision]} if decision in CAUSES else {}
    body = MODEL_OF_DECISION[decision].model_validate({**HEARD_FIELDS, **cause, "answers": answers})
    event: Event = event_of(Say(SENDER, ID, JOURNEY, body), RECIPIENT, START)
    change = hear(LoadedCases([_referral(copy)]), event, view_of(SENDER), START)
    if not isinstance(change, Change):
        return NotAllowed(change.reason)
    assert change.referral is not None
    assert isinstance(change.referral.copy, SenderCopy)
    return change.referral.copy


CASEWORK = Rules(_receive, _decide, _hear_ask, _ask, _hear_decision)


@pytest.mark.slow
def test_all_properties_hold_for_what_the_services_run() -> None:
    assert Walk(CASEWORK).run() >= WORLDS_MIN
