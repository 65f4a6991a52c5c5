"""What an event from another agency comes to, on either side of a referral."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ieum.casework.assessing import assessed_again
from ieum.casework.effects import changed, decided
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.receiving import hear_ask, receive
from ieum.casework.values import AgencyView, Change, NotYet, Referral, RefusedEvent
from ieum_contracts import lifecycle
from ieum_contracts.address import Address
from ieum_contracts.case import CaseClosed, CaseFollowedUp
from ieum_contracts.catalogue import ask_of, decision_of
from ieum_contracts.codes import Decision
from ieum_contracts.consent import ConsentErased
from ieum_contracts.decisions import DecisionBody
from ieum_contracts.eligibility import EligibilityAssessed, EligibilityChanged
from ieum_contracts.lifecycle import NotAllowed, SenderCopy
from ieum_contracts.message import Event
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralRequested

WRONG_PARTY = RefusedEvent("wrong-party")
UNKNOWN = RefusedEvent("referral-unknown")
AWAITING_REFERRAL = NotYet("awaiting-referral")


def hear(known: LoadedCases, event: Event, view: AgencyView, now: datetime) -> Change | RefusedEvent | NotYet:
    """Take one event in: what changes and what is said, or why it is refused or has to wait."""
    key = UUID(event.envelope.subject)
    referral = known.referrals.get(key)
    match event.body:
        case ReferralRequested() as body:
            return _hear_request(referral, event, body, view, now)
        case CaseClosed() | CaseFollowedUp() as body:
            return _hear_of_case(known, event.envelope.source, key, body, now)
        case EligibilityAssessed() | EligibilityChanged() as body:
            return AWAITING_REFERRAL if referral is None else _hear_of_eligibility(referral, event, body, now)
        case body:
            return _unknown(body) if referral is None else _hear_move(known, referral, event, view, now)


def _hear_request(
    referral: Referral | None, event: Event, body: ReferralRequested, view: AgencyView, now: datetime
) -> Change | RefusedEvent:
    if referral is not None:
        return RefusedEvent("referral-known")
    journey = event.envelope.journey
    return RefusedEvent("journey-missing") if journey is None else receive(event, journey, body, view, now)


def _unknown(body: Model) -> RefusedEvent | NotYet:
    """Let a decision wait for its referral: a restored database has forgotten what this agency sent."""
    return UNKNOWN if decision_of(body) is None else AWAITING_REFERRAL


def _hear_move(
    known: LoadedCases, referral: Referral, event: Event, view: AgencyView, now: datetime
) -> Change | RefusedEvent:
    body = event.body
    if event.envelope.source != referral.peer:
        return WRONG_PARTY
    decision, ask = decision_of(body), ask_of(body)
    if decision is not None and isinstance(body, DecisionBody | ConsentErased):
        return _hear_decision(referral, decision, body, event.envelope.time, now)
    if ask is not None:
        heard = hear_ask(referral, known.case_of(referral), ask, event, now)
        return heard if isinstance(heard, RefusedEvent) else assessed_again(referral, heard, view)
    return WRONG_PARTY


def _hear_decision(
    referral: Referral,
    decision: Decision,
    body: DecisionBody | ConsentErased,
    said_at: datetime,
    now: datetime,
) -> Change | RefusedEvent:
    if not isinstance(referral.copy, SenderCopy):
        return WRONG_PARTY
    copy = lifecycle.hear_decision(referral.copy, decision, body.answers)
    if isinstance(copy, NotAllowed):
        return RefusedEvent(copy.why)
    return Change(decided(referral, copy, (body,), now, said_at))


def _hear_of_eligibility(
    referral: Referral, event: Event, body: EligibilityAssessed | EligibilityChanged, now: datetime
) -> Change | RefusedEvent:
    if event.envelope.source != referral.peer:
        return WRONG_PARTY
    if isinstance(body, EligibilityChanged):
        return Change(changed(referral, now))
    if not isinstance(referral.copy, SenderCopy):
        return WRONG_PARTY
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
    if len(referrals) < len(found):
        return AWAITING_REFERRAL
    return Change(also=tuple(changed(replace(each, case=body.case), now) for each in referrals))
