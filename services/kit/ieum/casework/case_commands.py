"""Cases: an agency's work for one client over several referrals, from acceptance to aftercare."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ieum.casework.journey import goals_of
from ieum.casework.orders import CaseClosing, CaseFollowUp
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Case, CaseReferral, Change, Referral
from ieum_contracts.address import Address
from ieum_contracts.case import CaseClosed, CaseFollowedUp, CaseReason
from ieum_contracts.client_codes import Goal
from ieum_contracts.lifecycle import ENDED, UNDERWAY
from ieum_contracts.message import Say
from ieum_contracts.model import LIST_ITEMS_MAX
from ieum_contracts.timing import day_of

SERVED_MAX = LIST_ITEMS_MAX
"""Referrals that one case may serve: as many as `case.closed` can name."""


def accepted_into(
    case: Case | None, referral: Referral, *, keep_open: bool, new_case: UUID, now: datetime
) -> Case:
    """Open the journey's case at the first acceptance; later ones add their referral to it."""
    if case is None:
        case = Case(new_case, referral.journey, now, version=0)
    goals, withdrawn = goals_of(referral), referral.copy.withdrawn
    served = CaseReferral(referral.id, referral.peer, referral.state, referral.outcome, goals, withdrawn)
    return replace(
        case,
        served=(*(each for each in case.served if each.referral != referral.id), served),
        keep_open=case.keep_open or keep_open,
        closed_at=None,
        reason=None,
        version=case.version + 1,
    )


def settled(case: Case, referral: Referral, now: datetime) -> tuple[Case, tuple[Say, ...]]:
    """Apply a referral's change to its case: a reopened one reopens it, the last to end closes it."""
    served = tuple(
        replace(each, state=referral.state, outcome=referral.outcome, withdrawn=referral.copy.withdrawn)
        if each.referral == referral.id
        else each
        for each in case.served
    )
    case = replace(case, served=served, version=case.version + 1)
    if referral.state in UNDERWAY and case.closed_at is not None:
        return replace(case, closed_at=None, reason=None), ()
    ended = all(each.state in ENDED for each in served)
    if not ended or case.keep_open or case.closed_at is not None:
        return case, ()
    withdrawn = all(each.withdrawn for each in served)
    reason = CaseReason.CONSENT_WITHDRAWN if withdrawn else CaseReason.ALL_REFERRALS_ENDED
    return _closed(case, CaseClosing(reason=reason), now)


def close_case(case: Case, order: CaseClosing, now: datetime) -> Change | Refusal:
    """Close a case on a worker's command; refused while it is closed or has an active referral."""
    if case.closed_at is not None:
        return Refusal(Guard.CASE, "case-closed")
    underway = next((each for each in case.served if each.state in UNDERWAY), None)
    if underway is not None:
        return Refusal(Guard.CASE, "referral-under-way", state=underway.state, referral=underway.referral)
    if (order.goals or order.aftercare_until) and all(each.withdrawn for each in case.served):
        return Refusal(Guard.CASE, "consent-withdrawn")
    closed, says = _closed(replace(case, version=case.version + 1), order, now)
    return Change(case=closed, says=says)


def follow_up(case: Case, order: CaseFollowUp, now: datetime) -> Change | Refusal:
    """Report what aftercare found to each sender whose client has not withdrawn; refused for an open case."""
    if case.closed_at is None:
        return Refusal(Guard.CASE, "case-open")
    says = tuple(
        Say(
            sender,
            case.id,
            case.journey,
            CaseFollowedUp(
                case=case.id,
                referrals=tuple(each.referral for each in served),
                checked_on=order.checked_on or day_of(now),
                found=order.found,
                next_on=order.next_on,
                sealed=order.sealed,
            ),
        )
        for sender, served in _by_sender(case.served, withdrawn=False).items()
    )
    if not says:
        return Refusal(Guard.CASE, "consent-withdrawn")
    return Change(case=replace(case, version=case.version + 1), says=says)


def _closed(case: Case, order: CaseClosing, now: datetime) -> tuple[Case, tuple[Say, ...]]:
    """Close a case and tell each sender; of a client who has withdrawn, no more than that it is closed.

    A case that was opened by a clock that was ahead is opened, as far as anybody is told, when it is closed.
    """
    closed_on = day_of(now)
    lawful = _by_sender(case.served, withdrawn=False)
    says = tuple(
        Say(
            sender,
            case.id,
            case.journey,
            CaseClosed(
                case=case.id,
                referrals=tuple(each.referral for each in served),
                opened_on=min(day_of(case.opened_at), closed_on),
                closed_on=closed_on,
                reason=order.reason,
                outcomes=tuple(each.outcome for each in served if each.outcome is not None),
                goals=tuple(goal for goal in order.goals if goal.goal in _goals_of(lawful.get(sender, []))),
                aftercare_until=order.aftercare_until if sender in lawful else None,
            ),
        )
        for sender, served in _by_sender(case.served).items()
    )
    return replace(case, closed_at=now, reason=order.reason), says


def _by_sender(
    served: Sequence[CaseReferral], *, withdrawn: bool | None = None
) -> Mapping[Address, list[CaseReferral]]:
    """Group a case's referrals by sender; optionally only those withdrawn, or only those not."""
    by_sender: dict[Address, list[CaseReferral]] = {}
    for each in served:
        if withdrawn is None or each.withdrawn is withdrawn:
            by_sender.setdefault(each.sender, []).append(each)
    return by_sender


def _goals_of(served: list[CaseReferral]) -> set[Goal]:
    return {goal for each in served for goal in each.goals}
