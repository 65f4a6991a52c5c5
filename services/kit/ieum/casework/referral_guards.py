"""Guards of a new referral: basis, programme, duplicate, loop, parent, assessment; refused by a code."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ieum.casework.citing import refused_citation
from ieum.casework.inquiry_values import Inquiry
from ieum.casework.orders import ReferralOrder
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import AgencyView, Referral, Side
from ieum_contracts.address import Address
from ieum_contracts.codes import SubjectKind
from ieum_contracts.referral import Visit
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
