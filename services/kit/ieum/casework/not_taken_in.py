"""Marks beside a referral's state: what had no effect at the other side, and abandonment by the sender."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, TypeAdapter

from ieum.casework.effects import changed, say
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Change, EndCause, EndedHere, Referral, UntakenDecision
from ieum_contracts import lifecycle
from ieum_contracts.catalogue import EVENT_TYPES, MODEL_OF_DECISION
from ieum_contracts.codes import REASONS_OF_ASK, AskType, Reason
from ieum_contracts.consent import ConsentErased
from ieum_contracts.lifecycle import NotAllowed, SenderCopy
from ieum_contracts.model import LIST_ITEMS_MAX, Model
from ieum_contracts.referral import ReferralRequested
from ieum_contracts.timing import out_of_time

REASONS_OF_ABANDONING = tuple(
    each for each in Reason if each in REASONS_OF_ASK[AskType.CANCEL_REQUESTED] - {Reason.OTHER}
)
_TYPE_OF = {each.model: each.type for each in EVENT_TYPES.values()}
_REQUEST = _TYPE_OF[ReferralRequested]
_DECISIONS = {_TYPE_OF[model]: decision for decision, model in MODEL_OF_DECISION.items()}


class Abandonment(Model):
    """Gives up a referral that nobody will answer any more; a later answer of the recipient still counts."""

    reason: Annotated[Reason, Field(description="Why; a reason of `cancel-requested`, but not `other`.")]


class Repetition(Model):
    """Says the decisions again that the sender did not take in."""


ABANDONMENT: TypeAdapter[Abandonment] = TypeAdapter(Abandonment)
REPETITION: TypeAdapter[Repetition] = TypeAdapter(Repetition)


def not_taken_in(
    referral: Referral, event_id: UUID, event_type: str, ended: EndedHere, now: datetime
) -> Change | None:
    """Note that something said about this referral had no effect there; None when that changes nothing."""
    if isinstance(referral.copy, SenderCopy):
        after = _untaken_at_sender(referral, referral.copy, event_id, event_type, ended)
    else:
        after = _untaken_at_recipient(referral, event_id, event_type, ended.reason)
    return None if after == referral else Change(changed(after, now))


def abandon(referral: Referral, order: Abandonment, now: datetime) -> Change | Refusal:
    """Abandon a referral at its sender: the client may be referred again, and nothing is said."""
    if not isinstance(referral.copy, SenderCopy):
        return Refusal(Guard.OWNER, "abandoned-by-sender", referral.state, referral.allowed())
    copy = lifecycle.abandon(referral.copy)
    if isinstance(copy, NotAllowed):
        return Refusal(Guard.MOVE, copy.why, referral.state, referral.allowed())
    if order.reason not in REASONS_OF_ABANDONING:
        return Refusal(Guard.REASON, "reason-does-not-fit", referral.state, REASONS_OF_ABANDONING)
    ended = referral.ended_here or EndedHere(EndCause.ABANDONED, order.reason)
    return Change(changed(replace(referral, copy=copy, ended_here=ended, reason=order.reason), now))


def repeat(referral: Referral, bodies: Mapping[UUID, Model], now: datetime) -> Change | Refusal:
    """Say again, unchanged and in order, the decisions that had no effect at the sender.

    Those whose body is no longer stored stay marked. Nothing new is decided: the sender judges each
    by the state of its copy. Once the client has withdrawn, no note is said again.
    """
    known = [bodies[each.id] for each in referral.untaken if each.id in bodies]
    current = [_without_past_dates(each, now) for each in known]
    says = tuple(say(referral, _coded(each) if referral.copy.withdrawn else each) for each in current)
    if not says:
        return Refusal(Guard.MOVE, "nothing-to-repeat", referral.state, referral.allowed())
    left = tuple(each for each in referral.untaken if each.id not in bodies)
    return Change(changed(replace(referral, untaken=left), now), says=says)


def _without_past_dates(body: Model, now: datetime) -> Model:
    """Leave out what can no longer be meant: the sender would refuse the decision for it."""
    if isinstance(body, ConsentErased):
        return body.model_copy(update={"everywhere_by": max(body.everywhere_by, now)})
    passed = {place.partition(".")[0] for place, _ in out_of_time(body, now)}
    return body.model_copy(update=dict.fromkeys(passed))


def _coded(body: Model) -> Model:
    return body.model_copy(update={"sealed": None}) if "sealed" in type(body).model_fields else body


def _untaken_at_sender(
    referral: Referral, copy: SenderCopy, event_id: UUID, event_type: str, ended: EndedHere
) -> Referral:
    if event_type != _REQUEST:
        return replace(referral, copy=lifecycle.ask_not_taken_in(copy, event_id, ended.reason))
    after = lifecycle.request_not_taken_in(copy, ended.reason)
    if not after.over:
        return referral
    return replace(referral, copy=after, ended_here=referral.ended_here or ended)


def _untaken_at_recipient(referral: Referral, event_id: UUID, event_type: str, reason: str) -> Referral:
    decision = _DECISIONS.get(event_type)
    if decision is None or any(each.id == event_id for each in referral.untaken):
        return referral
    untaken = _newest((*referral.untaken, UntakenDecision(event_id, decision, reason)))
    return replace(referral, untaken=untaken)


def _newest(untaken: Sequence[UntakenDecision]) -> tuple[UntakenDecision, ...]:
    return tuple(untaken[-LIST_ITEMS_MAX:])
