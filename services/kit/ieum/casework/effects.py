"""What both sides do alike: keep a request, apply what a decision changes besides the state, and say it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from ieum.casework.values import Referral, Side
from ieum_contracts.catalogue import MODEL_OF_DECISION
from ieum_contracts.codes import Decision
from ieum_contracts.consent import ConsentErased, ErasedPlace, ErasureMethod
from ieum_contracts.decisions import (
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralFailed,
    ReferralRedirected,
    ReferralReopened,
)
from ieum_contracts.lifecycle import Decided, RecipientCopy, SenderCopy
from ieum_contracts.message import Say
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralRequested

ERASED_EVERYWHERE_AFTER = timedelta(days=30)
"""Mailboxes keep bodies for 14 days, ledgers for 30."""


def asked_json(body: ReferralRequested) -> bytes:
    """Return what was requested as JSON, without `sealed`."""
    return body.model_dump_json(exclude={"sealed"}, exclude_none=True).encode()


def sealed_json(body: ReferralRequested) -> bytes:
    """Return the field `sealed` of what was requested, as JSON."""
    return body.sealed.model_dump_json(exclude_none=True).encode()


def bodies_of(step: Decided, fields: Mapping[str, object], now: datetime) -> tuple[Model, ...]:
    """Return what a step says; `fields` are those of its first decision, besides the answers."""
    bodies: list[Model] = []
    for number, (decision, answers) in enumerate(step.says):
        if decision is Decision.CONSENT_ERASED:
            bodies.append(_receipt(answers, now))
        else:
            model = MODEL_OF_DECISION[decision]
            bodies.append(model.model_validate({**(fields if number == 0 else {}), "answers": answers}))
    return tuple(bodies)


def decided(
    referral: Referral,
    copy: RecipientCopy | SenderCopy,
    bodies: Sequence[Model],
    now: datetime,
    said_at: datetime | None = None,
) -> Referral:
    """Return the referral after decisions said or heard; an erasure clears the details at the recipient.

    It is concluded when its recipient said so (`said_at`; now, if it says so itself), not when it was
    read.
    """
    concluded_at = said_at or now
    for body in bodies:
        match body:
            case ReferralCompleted(outcome=outcome):
                referral = replace(referral, outcome=outcome, reason=None, concluded_at=concluded_at)
            case ReferralFailed(reason=reason):
                referral = replace(referral, outcome=None, reason=reason, concluded_at=concluded_at)
            case ReferralDeclined(reason=reason) | ReferralRedirected(reason=reason):
                referral = replace(referral, reason=reason)
            case ReferralCancelled(reason=reason):
                referral = replace(referral, reason=reason)
            case ReferralReopened():
                referral = replace(referral, outcome=None, reason=None, concluded_at=None)
            case ReferralAccepted(case=case):
                referral = replace(referral, case=case or referral.case)
            case _:
                pass
    erased = referral.side is Side.RECIPIENT and copy.erased
    sealed = None if erased else referral.sealed
    return replace(referral, copy=copy, sealed=sealed, version=referral.version + 1, changed_at=now)


def changed(referral: Referral, now: datetime) -> Referral:
    """Return the referral with its next version."""
    return replace(referral, version=referral.version + 1, changed_at=now)


def say(referral: Referral, body: Model, event_id: UUID | None = None) -> Say:
    """Return something to say, addressed to the referral's other side."""
    return Say(referral.peer, referral.id, referral.journey, body, event_id)


def _receipt(answers: tuple[UUID, ...], now: datetime) -> ConsentErased:
    return ConsentErased(
        answers=answers,
        erased=(ErasedPlace.REFERRAL, ErasedPlace.LEDGER),
        method=ErasureMethod.CLEARED,
        everywhere_by=now + ERASED_EVERYWHERE_AFTER,
    )
