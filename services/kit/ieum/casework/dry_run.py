"""What an order would come to: what refuses it, what is said, and how the recipient's system answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from ieum.casework.alternatives import room_warnings
from ieum.casework.eligibility import RuleSet
from ieum.casework.items_sent import ItemsSent, consented_items, items_sent
from ieum.casework.orders import ReferralOrder
from ieum.casework.receiving import receive
from ieum.casework.referral_guards import Prior, refusals
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.sending import NewIds, refer, requested
from ieum.casework.values import AgencyView, Change, RoomWarning
from ieum_contracts.address import Address
from ieum_contracts.catalogue import dataschema_of, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Event, Say
from ieum_contracts.referral import ReferralRequested
from ieum_contracts.timing import day_of, out_of_time


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen. `says` is empty once something refuses; `answers` is said by the recipient's system.

    `answers` is empty as well when the order's basis is such that no event can be made of it.
    """

    refusals: tuple[Refusal, ...]
    says: tuple[Say, ...]
    answers: tuple[Say, ...]
    items: ItemsSent
    warnings: tuple[RoomWarning, ...]


def dry_run(order: ReferralOrder, view: AgencyView, prior: Prior, now: datetime, ids: NewIds) -> DryRun:
    """Try an order out; the real order says the same, and is refused by the first of the refusals."""
    refused = tuple(refusals(order, view, prior, now))
    faults = tuple(out_of_time(order, now))
    if faults:
        refused = (Refusal(Guard.TIME, "out-of-time", faults=faults), *refused)
    change = None if refused else refer(order, view, prior, now, ids)
    body = _body(order, view, prior, now)
    to = Address(view.me.centre, order.recipient)
    programme = view.published.get((to, order.programme))
    return DryRun(
        refused,
        change.says if isinstance(change, Change) else (),
        () if body is None else first_answer(body, view, to, now, ids.referral),
        items_sent(order if body is None else body, programme, consented_items(order)),
        room_warnings(to, order.programme, view, day_of(now)),
    )


def first_answer(
    body: ReferralRequested, view: AgencyView, to: Address, now: datetime, referral: UUID
) -> tuple[Say, ...]:
    """Return what the recipient's system would say by itself: its own function on its published programmes.

    Without its rules, which are its own, nothing is assessed. An agency that has published nothing is not
    known, and has no answer.
    """
    known = AgencyView(to, published_rule_sets(view, to), view.published)
    if not known.rule_sets:
        return ()
    envelope = Envelope(
        id=referral,
        source=view.me,
        type=type_of(body),
        time=now,
        subject=str(referral),
        recipient=to,
        dataschema=dataschema_of(body),
        sequence=1,
        journey=referral,
    )
    answer = receive(Event(envelope, body), referral, body, known, now)
    return answer.says if isinstance(answer, Change) else ()


def published_rule_sets(view: AgencyView, agency: Address) -> dict[str, RuleSet]:
    """Return what an agency offers, as far as it is published: rule sets without their rules."""
    return {
        name: RuleSet(name, each.rule_set or "", ())
        for (address, name), each in view.published.items()
        if address == agency and each.offered
    }


def _body(order: ReferralOrder, view: AgencyView, prior: Prior, now: datetime) -> ReferralRequested | None:
    try:
        return requested(order, view, prior, now)
    except ValidationError:
        return None
