"""The sender refers and asks: what is said, and how its copy changes; the guards are in `referral_guards`."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pydantic_core import from_json

from ieum.casework.alternatives import room_warnings
from ieum.casework.ask_orders import AskOrder
from ieum.casework.citing import citing
from ieum.casework.effects import asked_json, changed, say, sealed_json
from ieum.casework.known_change import DuplicateOverride
from ieum.casework.orders import ReferralOrder
from ieum.casework.referral_guards import Prior, path_after, refusals
from ieum.casework.refusals import Guard, Refusal, refused_reason
from ieum.casework.values import AgencyView, Change, Referral
from ieum_contracts import lifecycle
from ieum_contracts.address import Address
from ieum_contracts.catalogue import MODEL_OF_ASK
from ieum_contracts.codes import REASONS_OF_ASK, AskType
from ieum_contracts.lifecycle import NotAllowed, SenderCopy
from ieum_contracts.referral import ReferralRequested
from ieum_contracts.timing import day_of


@dataclass(frozen=True, slots=True)
class NewIds:
    """Fresh ids, made by the caller, for what an order may create."""

    referral: UUID
    journey: UUID


def refer(
    order: ReferralOrder, view: AgencyView, prior: Prior, now: datetime, ids: NewIds
) -> Change | Refusal:
    """Make a referral to another agency of the centre, or return the guard's refusal."""
    refusal = next(refusals(order, view, prior, now), None)
    if refusal is not None:
        return refusal
    body = requested(order, view, prior, now)
    referral = Referral(
        id=ids.referral,
        journey=ids.journey if prior.parent is None else prior.parent.journey,
        peer=Address(view.me.centre, order.recipient),
        programme=order.programme,
        copy=SenderCopy(),
        asked=asked_json(body),
        sealed=sealed_json(body),
        created_at=now,
        changed_at=now,
        requested_at=now,
        client_ref=order.client_ref,
        loop_override=order.loop_override,
        parent=order.parent,
        second=prior.duplicate is not None,
    )
    override = _override(order, prior, ids.referral, now)
    warnings = room_warnings(referral.peer, order.programme, view, day_of(now))
    change = Change(referral, says=(say(referral, body),), warnings=warnings, override=override)
    return change if prior.inquiry is None else citing(change, prior.inquiry, asked_here=True)


def _override(order: ReferralOrder, prior: Prior, referral: UUID, now: datetime) -> DuplicateOverride | None:
    if prior.duplicate is None or order.duplicate_override is None:
        return None
    return DuplicateOverride(referral, prior.duplicate, order.duplicate_override, now)


def requested(order: ReferralOrder, view: AgencyView, prior: Prior, now: datetime) -> ReferralRequested:
    """Return what an order says; raises ValidationError for one that a guard of its basis refuses."""
    given = {name: getattr(order, name) for name in order.model_fields_set & _CARRIED}
    return ReferralRequested.model_validate({**given, "path": path_after(prior.parent, view.me, now)})


def ask(referral: Referral, order: AskOrder, now: datetime, ask_id: UUID) -> Change | Refusal:
    """Ask something of the recipient; the ask's event has the id `ask_id`, which the answer will name."""
    if not isinstance(referral.copy, SenderCopy):
        return Refusal(Guard.OWNER, "asked-by-sender", referral.state, referral.allowed())
    copy = lifecycle.ask(referral.copy, order.ask, ask_id)
    if isinstance(copy, NotAllowed):
        guard = Guard.MOVE if copy.ask_id is None else Guard.ASK_OPEN
        asked = None if copy.ask_id is None else order.ask
        allowed = referral.allowed()
        return Refusal(guard, copy.why, referral.state, allowed, ask=copy.ask_id, ask_type=asked)
    refusal = _check_reason(referral, order) or _check_artefact(referral, order)
    if refusal is not None:
        return refusal
    given = {name: getattr(order, name) for name in order.model_fields_set - {"ask"}}
    body = MODEL_OF_ASK[order.ask].model_validate(given)
    after = changed(replace(referral, copy=copy), now)
    return Change(after, says=(say(referral, body, ask_id),))


_CARRIED: frozenset[str] = frozenset(ReferralRequested.model_fields)


def _check_reason(referral: Referral, order: AskOrder) -> Refusal | None:
    if order.ask is not AskType.CANCEL_REQUESTED:
        return None
    fitting, noted = REASONS_OF_ASK[order.ask], order.sealed is not None
    return refused_reason(order.reason, fitting, referral.state, required=True, noted=noted)


def _check_artefact(referral: Referral, order: AskOrder) -> Refusal | None:
    """Refuse to withdraw on this referral the consent of another one, which would go on."""
    if order.ask is not AskType.CONSENT_WITHDRAWN or order.artefact is None or referral.sealed is None:
        return None
    consent = from_json(referral.sealed).get("consent") or {}
    if consent.get("id") == str(order.artefact):
        return None
    return Refusal(Guard.ARTEFACT, "artefact-of-another-referral", referral.state, referral.allowed())
