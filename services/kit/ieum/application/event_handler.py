"""The `Application` that delivery calls: load what casework needs, fold events, flush the changes."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from asyncpg import Connection, Record

from ieum.application.flush import flush
from ieum.casework.hearing import UNKNOWN, WITHDRAWN, WRONG_PARTY, hear
from ieum.casework.inquiring import ANSWERED, EXPIRED, KNOWN, NOT_OFFERED, inquiry_not_taken_in
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.not_taken_in import not_taken_in
from ieum.casework.refusals import NotYet, RefusedEvent
from ieum.casework.values import AgencyView, EndCause, EndedHere, Referral, Side
from ieum.delivery.application import Applied, Awaiting, Outcome, Refused, Untaken
from ieum.delivery.streams.batch_write import Condition, Rows
from ieum.delivery.streams.peers import Peers
from ieum.observe.metrics import CaseworkMeasures
from ieum.storage import unlocked_rows
from ieum.storage.case_rows import lock_cases, read_told_cases
from ieum.storage.clock_rows import read_clock_book
from ieum.storage.eligibility_change_rows import read_changes, read_partners
from ieum.storage.inquiry_rows import lock_inquiries
from ieum.storage.referral_rows import lock_referrals, read_asked
from ieum_contracts.case import CaseClosed, CaseFollowedUp
from ieum_contracts.consent import ConsentWithdrawn
from ieum_contracts.decisions import (
    ReferralAccepted,
    ReferralAmendmentNoted,
    ReferralCompleted,
    ReferralReceived,
)
from ieum_contracts.eligibility import EligibilityAssessed, EligibilityChanged
from ieum_contracts.inquiry import EligibilityConfirmed, EligibilityRequested
from ieum_contracts.message import Event
from ieum_contracts.referral import AssessmentCited, ReferralRequested

_NOT_KEPT = frozenset({WITHDRAWN, EXPIRED, KNOWN, ANSWERED, NOT_OFFERED})
"""Refusals of what may not be stored, not even for the record."""

_TELLING = (EligibilityChanged, ReferralCompleted)
"""What may be passed on to the other partners of a journey."""

_MORE_THAN_REFERRALS = (*_TELLING, CaseClosed, CaseFollowedUp, EligibilityRequested, EligibilityConfirmed)
"""What concerns more than the referral that its key names."""

_log = structlog.get_logger(__name__)


class EventHandler:
    """Casework as delivery sees it; commands over HTTP use the same loading and flushing."""

    def __init__(self, view: AgencyView, peers: Peers, measures: CaseworkMeasures | None = None) -> None:
        self.view = view
        self.peers = peers
        self._measures = measures

    async def load(
        self, connection: Connection, events: Sequence[Event], untaken: Sequence[Untaken] = ()
    ) -> LoadedCases:
        """Lock and load the referrals that these concern, and the cases that serve them here."""
        referrals = {each for event in events for each in _referrals_of(event)}
        referrals.update(each.key for each in untaken)
        telling = {UUID(each.envelope.subject) for each in events if isinstance(each.body, _TELLING)}
        if telling:
            referrals |= await read_partners(connection, telling)
        found = await lock_referrals(connection, self.peers, referrals)
        journeys = {each.journey for each in found if each.id in telling}
        changes = await read_changes(connection, self.peers, journeys) if journeys else ()
        cases = await lock_cases(connection, self.peers, cases_of(found))
        named = {each for event in events for each in _cases_named(event)}
        told = await read_told_cases(connection, self.peers, named)
        inquiries = {each for event in events for each in _inquiries_of(event)}
        inquiries |= {each.key for each in untaken} - {each.id for each in found}
        known = LoadedCases(
            found,
            cases,
            told,
            clocks=await read_clock_book(connection, referrals),
            inquiries=await lock_inquiries(connection, self.peers, inquiries) if inquiries else (),
            changes=changes,
        )
        known.asked = await read_asked(connection, _answered(events))
        return known

    every, columns, versions = unlocked_rows.EVERY, unlocked_rows.COLUMNS, unlocked_rows.VERSIONS

    def ids(self, events: Sequence[Event]) -> Collection[UUID] | None:
        """Return the referrals and other agencies' cases that these concern; None where more is concerned."""
        for event in events:
            cites = isinstance(event.body, ReferralRequested) and _inquiries_of(event)
            if cites or isinstance(event.body, _MORE_THAN_REFERRALS):
                return None
        if _answered(events):
            return None
        return {
            each for event in events for each in itertools.chain(_referrals_of(event), _cases_named(event))
        }

    async def known(self, connection: Connection, found: Record, ids: Collection[UUID]) -> LoadedCases | None:
        """Make the state of what was read without a lock; None where an inquiry is concerned."""
        if found["inquired"]:
            return None
        return await unlocked_rows.known_of(connection, self.peers, found, ids)

    async def flush_if(
        self, connection: Connection, known: LoadedCases, rows: Rows, condition: Condition
    ) -> bool:
        """Write the changes on a condition."""
        return await flush(connection, self.peers, known, rows, view=self.view, condition=condition)

    def keys(self, known: LoadedCases) -> Collection[UUID]:
        """Return the ids of the cases; a referral's events are said under the key of their cause."""
        return {*known.referrals, *known.cases, *known.inquiries}

    def fold(self, known: LoadedCases, event: Event, now: datetime) -> Outcome:
        """Apply one event."""
        heard = hear(known, event, self.view, now)
        if isinstance(heard, RefusedEvent):
            if heard in {UNKNOWN, WRONG_PARTY} and isinstance(event.body, ConsentWithdrawn):
                known.forget(UUID(event.envelope.subject), event.envelope.source)
            return Refused(heard.reason, kept=heard not in _NOT_KEPT)
        if isinstance(heard, NotYet):
            return Awaiting(heard.reason)
        for failure in heard.failures:
            _log.error("rule.failed", programme=failure.programme, rule=failure.rule, error=failure.error)
            if self._measures is not None:
                self._measures.rule_failed(failure.programme, failure.rule)
        known.take(heard, event)
        return Applied(heard.says)

    def hear_untaken(self, known: LoadedCases, untaken: Untaken, now: datetime) -> None:
        """Mark what had no effect at the peer; for an event of a case only the streams record it."""
        inquiry = known.inquiries.get(untaken.key)
        if inquiry is not None and inquiry.peer == untaken.peer:
            inquired = inquiry_not_taken_in(inquiry, untaken.reason)
            if inquired is not None:
                known.take(inquired)
            return
        referral = known.referrals.get(untaken.key)
        if referral is None or referral.peer != untaken.peer:
            return
        ended = EndedHere(EndCause(untaken.kind), untaken.reason)
        change = not_taken_in(referral, untaken.event_id, untaken.type, ended, now)
        if change is not None:
            known.take(change)

    async def flush(self, connection: Connection, known: LoadedCases, rows: Rows, _now: datetime) -> None:
        """Write the changes."""
        await flush(connection, self.peers, known, rows, view=self.view)


def cases_of(referrals: Iterable[Referral]) -> set[UUID]:
    """Return the cases that serve referrals here; a sender has none, though it knows the case's id."""
    return {each.case for each in referrals if each.side is Side.RECIPIENT and each.case is not None}


def _referrals_of(event: Event) -> Collection[UUID]:
    key = UUID(event.envelope.subject)
    match event.body:
        case CaseClosed(referrals=referrals) | CaseFollowedUp(referrals=referrals):
            return referrals
        case ReferralRequested(parent=UUID() as parent):
            return (key, parent)
        case _:
            return (key,)


def _answered(events: Sequence[Event]) -> Mapping[UUID, UUID]:
    """Return the asks whose news counts from now on, by their ids, with their referrals."""
    return {
        ask: UUID(event.envelope.subject)
        for event in events
        if isinstance(event.body, ReferralReceived | ReferralAmendmentNoted)
        for ask in event.body.answers
    }


def _inquiries_of(event: Event) -> Collection[UUID]:
    match event.body:
        case EligibilityRequested() | EligibilityAssessed() | EligibilityChanged() | EligibilityConfirmed():
            return (UUID(event.envelope.subject),)
        case ReferralRequested(assessment=AssessmentCited(inquiry=UUID() as inquiry)):
            return (inquiry,)
        case _:
            return ()


def _cases_named(event: Event) -> Collection[UUID]:
    match event.body:
        case ReferralAccepted(case=UUID() as case) | CaseClosed(case=case) | CaseFollowedUp(case=case):
            return (case,)
        case _:
            return ()
