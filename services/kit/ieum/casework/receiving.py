"""The recipient's side of what arrives: the first answer, the assessment, and answers to asks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from ieum.casework.assessing import assessed
from ieum.casework.case_commands import settled
from ieum.casework.effects import asked_json, bodies_of, decided, say, sealed_json
from ieum.casework.news import with_news
from ieum.casework.refusals import RefusedEvent
from ieum.casework.values import AgencyView, Case, Change, Referral
from ieum_contracts import lifecycle
from ieum_contracts.causes import CancelledCause, ClosedCause, RejectedCause, WithdrawnCause
from ieum_contracts.codes import AskType, Decision, Reason
from ieum_contracts.lifecycle import Decided, Mover, NotAllowed, RecipientCopy
from ieum_contracts.message import Event
from ieum_contracts.model import Model
from ieum_contracts.referral import (
    ReferralCancelRequested,
    ReferralRequested,
)

DISPUTE_WITHIN = timedelta(days=30)
"""A dispute must be said this soon after the outcome; when it is read does not matter."""


def receive(
    event: Event, journey: UUID, body: ReferralRequested, view: AgencyView, now: datetime
) -> Change | RefusedEvent:
    """Accept a new referral as `received`, or answer `declined` when this agency may not work on it."""
    declined = _why_declined(body, view)
    step = _first_step(Decision.RECEIVED if declined is None else Decision.DECLINED)
    if isinstance(step, NotAllowed):
        return RefusedEvent(step.why)
    referral = Referral(
        id=UUID(event.envelope.subject),
        journey=journey,
        peer=event.envelope.source,
        programme=body.programme,
        copy=step.copy,
        asked=asked_json(body),
        sealed=sealed_json(body),
        created_at=now,
        changed_at=now,
        requested_at=event.envelope.time,
        reason=declined,
        version=1,
        parent=body.parent,
    )
    fields = {} if declined is None else {"reason": declined}
    bodies = bodies_of(step, fields, now)
    says = tuple(say(referral, each) for each in bodies)
    change = Change(referral, says=says)
    return change if declined is not None else assessed(change, view)


@cache
def _first_step(first: Decision) -> Decided | NotAllowed:
    return lifecycle.decide(RecipientCopy(), first, Mover.SYSTEM)


def _why_declined(body: ReferralRequested, view: AgencyView) -> Reason | None:
    """Return why the system declines at once: no such programme, or a consent that does not cover it."""
    if body.programme not in view.rule_sets:
        return Reason.PROGRAMME_NOT_OFFERED
    consent = body.sealed.consent
    if consent is not None and (consent.recipient, consent.purpose) != (str(view.me), body.programme):
        return Reason.CONSENT_INVALID
    return None


def hear_ask(
    referral: Referral, case: Case | None, ask: AskType, event: Event, now: datetime
) -> Change | RefusedEvent:
    """Handle an ask: answer it at once, or let it wait for a worker."""
    copy = referral.copy
    if not isinstance(copy, RecipientCopy):
        return RefusedEvent("wrong-party")
    if any(ask_id == event.envelope.id or waiting is ask for ask_id, waiting in copy.waiting):
        return RefusedEvent("ask-waits-already")
    in_time = referral.concluded_at is None or event.envelope.time - referral.concluded_at <= DISPUTE_WITHIN
    step = lifecycle.hear_ask(copy, ask, event.envelope.id, reopening_possible=in_time)
    bodies = bodies_of(step, _fields(copy, ask, event.body, step), now)
    taken = with_news(referral, event.body, step.says[0][0]) if bodies else referral
    after = decided(taken, step.copy, bodies, now)
    says = tuple(say(referral, each) for each in bodies)
    settles = after.state is not referral.state or after.copy.withdrawn is not copy.withdrawn
    if case is None or not settles:
        return Change(after, says=says)
    case, more = settled(case, after, now)
    return Change(after, case, says + more)


def _fields(copy: RecipientCopy, ask: AskType, body: Model, step: Decided) -> Mapping[str, object]:
    decision = step.says[0][0] if step.says else None
    match decision:
        case Decision.CANCELLED if isinstance(body, ReferralCancelRequested):
            return {"cause": CancelledCause.AT_ONCE, "reason": body.reason}
        case Decision.WITHDRAWN:
            return {"cause": WithdrawnCause.ASKED}
        case Decision.CLOSED:
            return {"cause": ClosedCause.ACKNOWLEDGED, "closed_as": step.copy.closed_as}
        case Decision.ASK_REJECTED:
            return {"state": copy.state, "cause": _why_rejected(copy, ask)}
        case _:
            return {}


def _why_rejected(copy: RecipientCopy, ask: AskType) -> RejectedCause:
    if copy.withdrawn:
        return RejectedCause.ALREADY_WITHDRAWN
    if any(waiting is AskType.OUTCOME_DISPUTED for _, waiting in copy.waiting):
        return RejectedCause.DISPUTE_WAITS
    if ask is AskType.OUTCOME_DISPUTED and copy.reopened:
        return RejectedCause.ALREADY_REOPENED
    early = copy.state in lifecycle.UNDECIDED or copy.state in lifecycle.UNDERWAY
    return RejectedCause.NOT_IN_THIS_STATE if early else RejectedCause.TOO_LATE
