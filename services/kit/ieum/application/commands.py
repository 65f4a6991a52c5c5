"""Every command of an agency's own system: what it needs, and the casework function that decides it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from ieum.application.command import Command
from ieum.application.loading import Loaded, Requirements
from ieum.application.looking_back import Client
from ieum.casework import case_commands, deciding, eligibility_changes, not_taken_in, sending
from ieum.casework.ask_orders import AskOrder
from ieum.casework.confirming import confirm as confirm_assessment
from ieum.casework.confirming import with_confirmation
from ieum.casework.deadlines import with_deadline
from ieum.casework.decision_orders import Accept, Complete, DecisionOrder, Decline, Fail
from ieum.casework.follow_order import FollowOrder
from ieum.casework.follow_suggestion import order_to_follow
from ieum.casework.inquiring import InquiryIds
from ieum.casework.inquiring import inquire as ask_agencies
from ieum.casework.inquiry_orders import ConfirmationOrder, InquiryOrder
from ieum.casework.known_change import ToDoResult
from ieum.casework.not_taken_in import Abandonment
from ieum.casework.orders import CaseClosing, CaseFollowUp, ReferralOrder
from ieum.casework.refusals import Refusal
from ieum.casework.sending import NewIds
from ieum.casework.values import AgencyView, Change, Referral
from ieum.storage.idempotency_rows import StoredResponse
from ieum_contracts.address import Address
from ieum_contracts.decisions import Suggestion
from ieum_contracts.eligibility import EligibilityChanged

Render = Callable[[Change], StoredResponse]


def refer(order: ReferralOrder, view: AgencyView, ids: NewIds, render: Render) -> Command:
    """Refer a client to another agency."""
    needs = required_to_refer(order, view)

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        return sending.refer(order, view, loaded.prior(needs), now, ids)

    return Command(needs, decided, render)


def follow(
    followed: Referral | None,
    suggested: Suggestion | None,
    order: FollowOrder,
    view: AgencyView,
    *,
    ids: NewIds,
    render: Render,
) -> Command:
    """Refer a client onward in place of a referral that has ended."""
    made = order_to_follow(followed, suggested, order, view)
    if isinstance(made, Refusal):
        refusal = made  # answered as a decision: a stored answer comes before it
        return Command(Requirements(), lambda _loaded, _now: refusal, render)
    return refer(made, view, ids, render)


def required_to_refer(order: ReferralOrder, view: AgencyView) -> Requirements:
    """Return what has to be loaded to refer a client."""
    client = Client(order.client_ref, Address(view.me.centre, order.recipient), order.programme)
    cited = order.assessment
    return Requirements(
        client=client,
        parent=order.parent,
        cited=None if cited is None or cited.inquiry is not None else cited.event,
        inquiry=None if cited is None else cited.inquiry,
    )


def decide(referral: UUID, order: DecisionOrder, view: AgencyView, new_case: UUID, render: Render) -> Command:
    """Decide about a referral; an acceptance goes into the case that it names, or the journey's."""
    named = order.case if isinstance(order, Accept) else None
    of_journey = isinstance(order, Accept) and named is None
    adverse, completes = isinstance(order, Decline | Fail), isinstance(order, Complete)
    needs = Requirements(
        referral, case=named, case_of_journey=of_journey, confirmed=adverse, journey=completes
    )

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        known = loaded.known.referrals[referral]
        case = loaded.known.case_of(known)
        if isinstance(order, Accept):
            case = loaded.case_for(known) if named is None else loaded.known.cases.get(named)
        result = deciding.decide(known, case, with_deadline(order, known, view, now), now, new_case)
        if not isinstance(result, Refusal):
            result = deciding.refused_outcome(known, order, view) or result
        if isinstance(result, Change) and completes:
            return eligibility_changes.conclude(result, loaded.known, now, new_case)
        return with_confirmation(result, known, order, loaded.known.confirmations.get(referral), now)

    return Command(needs, decided, render)


def ask(referral: UUID, order: AskOrder, ask_id: UUID, render: Render) -> Command:
    """Ask something of a referral's recipient."""

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        return sending.ask(loaded.known.referrals[referral], order, now, ask_id)

    return Command(Requirements(referral), decided, render)


def inquire(order: InquiryOrder, view: AgencyView, ids: InquiryIds, render: Render) -> Command:
    """Ask other agencies about somebody who is not named."""
    owners = tuple({owner for owner, _ in view.published})

    def decided(_: Loaded, now: datetime) -> Change | Refusal:
        return ask_agencies(order, view, now, ids)

    return Command(Requirements(peers=owners), decided, render)


def confirm(referral: UUID, order: ConfirmationOrder, render: Render) -> Command:
    """Say what a person found of a referral's assessment."""

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        return confirm_assessment(loaded.known.referrals[referral], order, now)

    return Command(Requirements(referral), decided, render)


def change_eligibility(referral: UUID, order: EligibilityChanged, event: UUID, render: Render) -> Command:
    """Report to the partners of a referral's journey that the client's eligibility has changed."""

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        known = loaded.known
        return eligibility_changes.change_eligibility(known.referrals[referral], order, known, now, event)

    return Command(Requirements(referral, journey=True), decided, render)


def finish_to_do(referral: UUID, change: UUID, result: ToDoResult, render: Render) -> Command:
    """Mark a change of eligibility as done at this agency."""

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        known = loaded.known
        to_do = known.change_of(referral, change)
        return eligibility_changes.finish(known.referrals[referral], to_do, result, now)

    return Command(Requirements(referral, journey=True), decided, render)


def abandon(referral: UUID, order: Abandonment, render: Render) -> Command:
    """Give up a referral that nobody will answer any more."""

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        return not_taken_in.abandon(loaded.known.referrals[referral], order, now)

    return Command(Requirements(referral), decided, render)


def repeat(referral: UUID, render: Render) -> Command:
    """Say again the decisions that had no effect at the sender."""

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        return not_taken_in.repeat(loaded.known.referrals[referral], loaded.untaken, now)

    return Command(Requirements(referral, untaken=True), decided, render)


def close_case(case: UUID, order: CaseClosing, render: Render) -> Command:
    """Close a case without active referrals."""

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        return case_commands.close_case(loaded.known.cases[case], order, now)

    return Command(Requirements(case=case), decided, render)


def follow_up(case: UUID, order: CaseFollowUp, render: Render) -> Command:
    """Report to the senders of a closed case what aftercare found."""

    def decided(loaded: Loaded, now: datetime) -> Change | Refusal:
        return case_commands.follow_up(loaded.known.cases[case], order, now)

    return Command(Requirements(case=case), decided, render)
