"""The sender refers and asks: its guards, the path of the journey, and what is said."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from pydantic_core import from_json

from ieum.casework.alternatives import room_warnings
from ieum.casework.ask_orders import AskOrder
from ieum.casework.citing import citing, refused_citation
from ieum.casework.effects import asked_json, changed, say, sealed_json
from ieum.casework.inquiry_values import Inquiry
from ieum.casework.known_change import DuplicateOverride
from ieum.casework.orders import ReferralOrder
from ieum.casework.refusals import Guard, Refusal, refused_reason
from ieum.casework.values import AgencyView, Change, Referral, Side
from ieum_contracts import lifecycle
from ieum_contracts.address import Address
from ieum_contracts.catalogue import MODEL_OF_ASK
from ieum_contracts.codes import REASONS_OF_ASK, AskType, SubjectKind
from ieum_contracts.lifecycle import NotAllowed, SenderCopy
from ieum_contracts.referral import ReferralRequested, Visit
from ieum_contracts.timing import day_of

HOPS_MAX = 4
LOOP_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Prior:
    """What already exists when a referral is made: its parent, and an open referral like it.

    `cited` says whether the assessment that the order cites is one of this client; `inquiry` is the inquiry
    that it answered, where the order names one.
    """

    parent: Referral | None = None
    duplicate: UUID | None = None
    cited: bool = False
    client_ref: str | None = None
    inquiry: Inquiry | None = None


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
    warnings = room_warnings(referral.peer, order.programme, view)
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


def path_after(parent: Referral | None, me: Address, now: datetime) -> tuple[Visit, ...]:
    """Write down the stops so far; one that was made by a clock ahead of ours was made by now."""
    if parent is None:
        return ()
    visits = parent.requested().get("path", [])
    before = [Visit.model_validate(visit) for visit in visits] if isinstance(visits, list) else []
    agency = parent.peer if parent.side is Side.SENDER else me
    stop = Visit(agency=str(agency), programme=parent.programme, at=parent.asked_at, state=parent.state)
    path = (*before, stop)
    return tuple(each.model_copy(update={"at": min(each.at, now)}) for each in path)


def refusals(order: ReferralOrder, view: AgencyView, prior: Prior, now: datetime) -> Iterator[Refusal]:
    """Name every reason why an order is refused; the first is the one that is answered."""
    path = path_after(prior.parent, view.me, now)
    to = Address(view.me.centre, order.recipient)
    if order.parent is not None:
        yield from _refused_by_parent(order, prior.parent, prior.client_ref)
    programme = view.published.get((to, order.programme))
    if to == view.me or programme is None or not programme.is_offered(day_of(now)):
        yield Refusal(Guard.PROGRAMME, "programme-not-published")
    elif order.subject not in programme.subjects:
        yield Refusal(Guard.PROGRAMME, "subject-not-served")
    yield from _refused_by_basis(order, to)
    if order.assessment is not None:
        yield from refused_citation(order, prior.inquiry, to, now, of_client=prior.cited)
    if prior.duplicate is not None and order.duplicate_override is None:
        yield Refusal(Guard.DUPLICATE, "open-referral", referral=prior.duplicate)
    if len(path) >= HOPS_MAX:
        yield Refusal(Guard.LOOP, "hops-exceeded")
    if order.loop_override is None and any(_again(visit, to, order.programme, now) for visit in path):
        yield Refusal(Guard.LOOP, "visited-before")


def _refused_by_basis(order: ReferralOrder, to: Address) -> Iterator[Refusal]:
    consent = order.sealed.consent
    if order.subject is SubjectKind.PERSON and (consent is None) == (order.legal_basis is None):
        yield Refusal(Guard.BASIS, "basis-missing" if consent is None else "basis-twice")
    if order.subject is SubjectKind.EMPLOYER and consent is not None:
        yield Refusal(Guard.BASIS, "consent-of-employer")
    if consent is not None and (consent.recipient, consent.purpose) != (str(to), order.programme):
        yield Refusal(Guard.BASIS, "consent-for-another")


def _refused_by_parent(order: ReferralOrder, parent: Referral | None, known: str | None) -> Iterator[Refusal]:
    """Refuse a parent of another client: a journey belongs to one client."""
    if parent is None:
        yield Refusal(Guard.OWNER, "parent-unknown", referral=order.parent)
    elif parent.requested()["subject"] != order.subject:
        yield Refusal(Guard.JOURNEY, "parent-of-another-subject", referral=order.parent)
    elif order.client_ref != (parent.client_ref or known or order.client_ref):
        yield Refusal(Guard.JOURNEY, "parent-of-another-client", referral=order.parent)


def _again(visit: Visit, to: Address, programme: str, now: datetime) -> bool:
    return (visit.agency, visit.programme) == (str(to), programme) and now - visit.at < LOOP_WITHIN


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
