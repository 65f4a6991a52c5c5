"""A decision of the recipient's worker: checks the lifecycle table, the reason, the answers and the case."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ieum.casework.case_commands import SERVED_MAX, accepted_into, settled
from ieum.casework.decision_orders import (
    Accept,
    Cancel,
    Complete,
    Conclude,
    DecisionOrder,
    Decline,
    Fail,
    Hold,
    Progress,
    Receive,
    Redirect,
    RequestInfo,
    Start,
    Waitlist,
)
from ieum.casework.effects import bodies_of, decided, say
from ieum.casework.refusals import Guard, Refusal, refused_reason
from ieum.casework.values import AgencyView, Case, Change, Referral
from ieum_contracts import lifecycle
from ieum_contracts.causes import CancelledCause, ReceivedCause, RejectedCause, ReopenedCause, WithdrawnCause
from ieum_contracts.codes import (
    REASON_REQUIRED,
    REASONS_OF_DECISION,
    REASONS_ON_RECEIPT,
    Decision,
    Outcome,
    ProgrammeKind,
    Reason,
)
from ieum_contracts.lifecycle import Decided, Mover, NotAllowed, RecipientCopy

_NOT_SAID = frozenset({"answers", "decision", "confirmation"})
_ANSWERS = frozenset({"name-one-ask", "ask-does-not-wait"})


def decide(
    referral: Referral, case: Case | None, order: DecisionOrder, now: datetime, new_case: UUID
) -> Change | Refusal:
    """Decide as the recipient's worker.

    `case` is the referral's case; for an acceptance the case that the order names, else the journey's,
    if there is one. `new_case` is the id for a case that has to be opened.
    """
    step = _step(referral, order)
    if isinstance(step, Refusal):
        return step
    refusal = _check_reason(referral, order) or _check_case(referral, case, order)
    if refusal is not None:
        return refusal
    bodies = bodies_of(step, _fields(referral, order, new_case if case is None else case.id), now)
    after = decided(referral, step.copy, bodies, now)
    said = tuple(say(referral, body) for body in bodies)
    if isinstance(order, Accept):
        into = accepted_into(case, after, keep_open=order.keep_case_open, new_case=new_case, now=now)
        return Change(after, into, said)
    if case is None or after.case != case.id:
        return Change(after, says=said)
    case, more = settled(case, after, now)
    return Change(after, case, said + more)


def refused_outcome(referral: Referral, order: DecisionOrder, view: AgencyView) -> Refusal | None:
    """Return why an outcome is refused: only a programme of the kind `assessment` ends as assessed."""
    if not isinstance(order, Complete) or order.outcome is not Outcome.ASSESSED:
        return None
    rule_set = view.rule_sets.get(referral.programme)
    if rule_set is not None and rule_set.kind is ProgrammeKind.ASSESSMENT:
        return None
    return Refusal(Guard.OUTCOME, "programme-assesses-nothing", referral.state, referral.allowed())


def _step(referral: Referral, order: DecisionOrder) -> Decided | Refusal:
    if not isinstance(referral.copy, RecipientCopy):
        return Refusal(Guard.OWNER, "decided-by-recipient", referral.state, referral.allowed())
    step = lifecycle.decide(referral.copy, order.decision, Mover.WORKER, order.answers)
    if isinstance(step, NotAllowed):
        guard = Guard.ANSWERS if step.why in _ANSWERS else Guard.MOVE
        return Refusal(guard, step.why, referral.state, referral.allowed())
    if order.answers and set(order.answers) != set(step.says[0][1]):
        return Refusal(Guard.ANSWERS, "answers-other-asks", referral.state, referral.allowed())
    return step


def _check_reason(referral: Referral, order: DecisionOrder) -> Refusal | None:
    reasons = REASONS_OF_DECISION.get(order.decision, frozenset()) - REASONS_ON_RECEIPT
    reason: Reason | None = getattr(order, "reason", None)
    required, noted = order.decision in REASON_REQUIRED, order.sealed is not None
    return refused_reason(reason, reasons, referral.state, required=required, noted=noted)


def _check_case(referral: Referral, case: Case | None, order: DecisionOrder) -> Refusal | None:
    """Refuse a case that cannot serve the referral: a case is of one client, and so of one journey."""
    if not isinstance(order, Accept):
        return None
    if order.case is not None and (case is None or case.id != order.case):
        return Refusal(Guard.CASE, "case-unknown")
    if case is not None and case.journey != referral.journey:
        return Refusal(Guard.CASE, "case-of-another-journey")
    full = case is not None and len(case.served) >= SERVED_MAX
    return Refusal(Guard.CASE, "case-full") if full else None


def _fields(referral: Referral, order: DecisionOrder, case: UUID) -> Mapping[str, object]:
    given = {name: getattr(order, name) for name in order.model_fields_set - _NOT_SAID}
    match order:
        case Receive():
            return {**given, "cause": ReceivedCause.ANSWERED_HERE}
        case Accept():
            return {**given, "case": case}
        case Cancel():
            return {**given, "cause": CancelledCause.AGREED_BY_WORKER}
        case Conclude():
            return {**given, **_CONCLUDING.get(order.decision, {}), "state": referral.state}
        case RequestInfo() | Waitlist() | Start() | Progress() | Hold() | Complete() | Fail() | Decline():
            return given
        case Redirect():
            return given
    assert_never(order)


_CONCLUDING: Mapping[Decision, Mapping[str, object]] = {
    Decision.WITHDRAWN: {"cause": WithdrawnCause.SAID_TO_RECIPIENT},
    Decision.REOPENED: {"cause": ReopenedCause.DISPUTED},
    Decision.ASK_REJECTED: {"cause": RejectedCause.REFUSED_BY_WORKER},
}
