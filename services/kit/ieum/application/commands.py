"""What an agency's own system orders, each asked of casework with what was found for it; all of it pure."""

from datetime import datetime
from uuid import UUID

from ieum.application.loading import Client, Loaded, Requirements
from ieum.casework import deciding, sending
from ieum.casework.decision_orders import Accept, DecisionOrder
from ieum.casework.orders import ReferralOrder
from ieum.casework.sending import NewIds
from ieum.casework.values import AgencyView, Change, Referral, Refusal
from ieum_contracts.address import Address


def needs_of_referral(order: ReferralOrder, me: Address) -> Requirements:
    """Tell what a new referral has to know."""
    to = Address(me.centre, order.recipient)
    cited = None if order.assessment is None else order.assessment.event
    return Requirements(
        client=Client(order.client_ref, to, order.programme), parent=order.parent, cited=cited
    )


def refer(
    order: ReferralOrder, view: AgencyView, found: Loaded, now: datetime, ids: NewIds
) -> Change | Refusal:
    """Make a referral."""
    return sending.refer(order, view, found.prior(needs_of_referral(order, view.me)), now, ids)


def needs_of_decision(referral: UUID, order: DecisionOrder) -> Requirements:
    """Tell what a decision has to know: an acceptance the case that it names, or the journey's."""
    if isinstance(order, Accept):
        return Requirements(referral, case=order.case, case_of_journey=order.case is None)
    return Requirements(referral)


def decide(
    referral: Referral, order: DecisionOrder, found: Loaded, now: datetime, new_case: UUID
) -> Change | Refusal:
    """Decide about a referral; an acceptance finds the case that it names or its journey's."""
    case = found.known.case_of(referral)
    if isinstance(order, Accept):
        case = found.case_for(referral) if order.case is None else found.known.cases.get(order.case)
    return deciding.decide(referral, case, order, now, new_case)
