"""The effects of an event from another agency, on either side of a referral."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ieum.casework.assessing import assessed_again
from ieum.casework.citing import citing
from ieum.casework.confirming import confirmation_heard
from ieum.casework.effects import changed, decided
from ieum.casework.eligibility_changes import hear_change, hear_outcome
from ieum.casework.inquiring import hear_answer, hear_inquiry
from ieum.casework.loaded_cases import LoadedCases, ToldCase
from ieum.casework.news import with_news
from ieum.casework.receiving import hear_ask, receive
from ieum.casework.refusals import NotYet, RefusedEvent
from ieum.casework.values import AgencyView, Change, Referral
from ieum_contracts import lifecycle
from ieum_contracts.address import Address
from ieum_contracts.case import CaseClosed, CaseFollowedUp
from ieum_contracts.catalogue import ask_of, decision_of
from ieum_contracts.codes import State
from ieum_contracts.consent import ConsentErased
from ieum_contracts.decisions import DecisionBody, ReferralAccepted, ReferralCompleted
from ieum_contracts.eligibility import EligibilityAssessed, EligibilityChanged
from ieum_contracts.inquiry import EligibilityConfirmed, EligibilityRequested
from ieum_contracts.lifecycle import NotAllowed, SenderCopy
from ieum_contracts.message import Event
from ieum_contracts.model import Model
from ieum_contracts.overdue import ReferralOverdue
from ieum_contracts.referral import ReferralRequested

WRONG_PARTY = RefusedEvent("wrong-party")
UNKNOWN = RefusedEvent("referral-unknown")
WITHDRAWN = RefusedEvent("consent-withdrawn")
REFERRAL_KNOWN = RefusedEvent("referral-known")
ANOTHER_JOURNEY = RefusedEvent("case-of-another-journey")
ANOTHER_CASE = RefusedEvent("case-differs")
AWAITING_REFERRAL = NotYet("awaiting-referral")


def hear(known: LoadedCases, event: Event, view: AgencyView, now: datetime) -> Change | RefusedEvent | NotYet:
    """Fold one event: return what changes and what is said, or why it is refused or has to wait."""
    key = UUID(event.envelope.subject)
    referral = known.referrals.get(key)
    match event.body:
        case ReferralRequested() as body:
            return REFERRAL_KNOWN if referral is not None else _hear_request(known, event, body, view, now)
        case CaseClosed() | CaseFollowedUp() as body:
            return _hear_of_case(known, event.envelope.source, key, body, now)
        case EligibilityRequested() as body:
            return hear_inquiry(known, event, body, view, now)
        case EligibilityAssessed() | EligibilityChanged() | EligibilityConfirmed() as body:
            if referral is not None:
                return _hear_of_eligibility(known, referral, event, body, now)
            inquiry = known.inquiries.get(key)
            return AWAITING_REFERRAL if inquiry is None else hear_answer(inquiry, event, now)
        case body:
            return _unknown(body) if referral is None else _hear_move(known, referral, event, view, now)


def _hear_request(
    known: LoadedCases,
    event: Event,
    body: ReferralRequested,
    view: AgencyView,
    now: datetime,
) -> Change | RefusedEvent:
    journey = event.envelope.journey
    if journey is None:
        return RefusedEvent("journey-missing")
    parent = None if body.parent is None else known.referrals.get(body.parent)
    if parent is not None and (parent.journey, parent.peer) != (journey, event.envelope.source):
        return RefusedEvent("parent-of-another-journey")
    received = receive(event, journey, body, view, now)
    inquiry = None if body.assessment is None else body.assessment.inquiry
    if inquiry is None or isinstance(received, RefusedEvent):
        return received
    return citing(received, known.inquiries.get(inquiry), asked_here=False)


def _unknown(body: Model) -> RefusedEvent | NotYet:
    """Let a decision wait for its referral: a restored database may lack what this agency sent."""
    return UNKNOWN if decision_of(body) is None else AWAITING_REFERRAL


def _hear_move(
    known: LoadedCases, referral: Referral, event: Event, view: AgencyView, now: datetime
) -> Change | RefusedEvent:
    body = event.body
    if event.envelope.source != referral.peer:
        return WRONG_PARTY
    if isinstance(body, DecisionBody | ConsentErased):
        heard = _hear_decision(known, referral, body, event.envelope.time, now)
        if isinstance(heard, Change) and isinstance(body, ReferralCompleted):
            return hear_outcome(heard, event, known, now)
        return heard
    if isinstance(body, ReferralOverdue):
        return Change()
    ask = ask_of(body)
    if ask is not None:
        heard = hear_ask(referral, known.case_of(referral), ask, event, now)
        return heard if isinstance(heard, RefusedEvent) else assessed_again(referral, heard, view)
    return WRONG_PARTY


def _hear_decision(
    known: LoadedCases,
    referral: Referral,
    body: DecisionBody | ConsentErased,
    said_at: datetime,
    now: datetime,
) -> Change | RefusedEvent:
    decision = decision_of(body)
    if decision is None or not isinstance(referral.copy, SenderCopy):
        return WRONG_PARTY
    copy = lifecycle.hear_decision(referral.copy, decision, body.answers)
    if isinstance(copy, NotAllowed):
        return RefusedEvent(copy.why)
    if isinstance(body, ReferralAccepted) and body.case is not None:
        misfit = _misfit(known, body.case, [referral])
        if misfit is not None:
            return misfit
    for answered in body.answers:
        referral = with_news(referral, known.asked.get(answered), decision)
    return Change(decided(referral, copy, (body,), now, said_at))


def _hear_of_eligibility(
    known: LoadedCases,
    referral: Referral,
    event: Event,
    body: EligibilityAssessed | EligibilityChanged | EligibilityConfirmed,
    now: datetime,
) -> Change | RefusedEvent:
    if event.envelope.source != referral.peer:
        return WRONG_PARTY
    if isinstance(body, EligibilityChanged):
        return hear_change(referral, event, body, known, now)
    if not isinstance(referral.copy, SenderCopy):
        return WRONG_PARTY
    if isinstance(body, EligibilityConfirmed):
        confirmed = confirmation_heard(referral, body, event.envelope.time)
        return Change(changed(referral, now), confirmation=confirmed)
    assessment = body.model_dump_json(exclude_none=True).encode()
    return Change(changed(replace(referral, assessment=assessment), now))


def _hear_of_case(
    known: LoadedCases, source: Address, key: UUID, body: CaseClosed | CaseFollowedUp, now: datetime
) -> Change | RefusedEvent | NotYet:
    if body.case != key:
        return RefusedEvent("case-and-key-differ")
    found = [known.referrals.get(each) for each in body.referrals]
    referrals = [referral for referral in found if referral is not None]
    if any(each.peer != source or not isinstance(each.copy, SenderCopy) for each in referrals):
        return WRONG_PARTY
    misfit = _misfit(known, body.case, referrals)
    if misfit is not None:
        return misfit
    if isinstance(body, CaseFollowedUp) and any(_withdrawn(each) for each in referrals):
        return WITHDRAWN
    if len(referrals) < len(found):
        return AWAITING_REFERRAL
    return Change(also=tuple(changed(replace(each, case=body.case), now) for each in referrals))


def _misfit(known: LoadedCases, case: UUID, referrals: Sequence[Referral]) -> RefusedEvent | None:
    """Return why a case cannot serve these referrals: it belongs to one recipient and one client's journey.

    Otherwise the journeys of two clients could be mixed for good.
    """
    told = known.told_of(case)
    served = {ToldCase(each.peer, each.journey) for each in referrals} | ({told} if told else set())
    if len(served) > 1:
        return ANOTHER_JOURNEY
    return ANOTHER_CASE if any(each.case not in {None, case} for each in referrals) else None


def _withdrawn(referral: Referral) -> bool:
    """Whether the recipient has said that it stopped: it says nothing more about the client then."""
    copy = referral.copy
    return copy.state is State.WITHDRAWN or copy.erased
