"""The referrals and cases loaded for a batch or a command, with what has changed."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from ieum.casework.clock_book import ClockBook
from ieum.casework.inquiry_values import Citation, Confirmation, Inquiry
from ieum.casework.known_change import DuplicateOverride, KnownChange
from ieum.casework.values import Case, Change, Referral, Side
from ieum_contracts.address import Address
from ieum_contracts.message import Event
from ieum_contracts.model import Model


class ToldCase(NamedTuple):
    """A case that a recipient has named before: the recipient and the journey."""

    peer: Address
    journey: UUID


NOTHING_ASKED: Mapping[UUID, Model] = MappingProxyType({})
NOTHING_TOLD: Mapping[UUID, ToldCase] = MappingProxyType({})


class LoadedCases:
    """Referrals, cases and inquiries by id, with all changes applied so far.

    `told` holds cases of other agencies by id, known from the referrals that they serve; `confirmations`
    are known by their referral, and `changes` are those of eligibility in the journeys that they concern.
    """

    def __init__(
        self,
        referrals: Iterable[Referral] = (),
        cases: Iterable[Case] = (),
        told: Mapping[UUID, ToldCase] = NOTHING_TOLD,
        *,
        clocks: ClockBook | None = None,
        inquiries: Iterable[Inquiry] = (),
        confirmations: Iterable[Confirmation] = (),
        changes: Iterable[KnownChange] = (),
    ) -> None:
        self.asked: Mapping[UUID, Model] = NOTHING_ASKED
        """What was asked here and is answered now, by the ask's id."""
        self.referrals = {referral.id: referral for referral in referrals}
        self.cases = {case.id: case for case in cases}
        self.clocks = ClockBook() if clocks is None else clocks
        self.inquiries = {inquiry.id: inquiry for inquiry in inquiries}
        self.confirmations = {each.referral: each for each in confirmations}
        self.citations: list[Citation] = []
        self.forgotten: set[tuple[UUID, Address]] = set()
        self._told = dict(told)
        self._changes = {(each.referral, each.id): each for each in changes}
        self.overrides: list[DuplicateOverride] = []
        self._new_changes: set[tuple[UUID, UUID]] = set()
        self._changed_referrals: set[UUID] = set()
        self._changed_cases: set[UUID] = set()
        self._changed_inquiries: set[UUID] = set()
        self._confirmed: set[UUID] = set()
        for referral in self.referrals.values():
            self._note_case(referral)

    def take(self, change: Change, heard: Event | None = None) -> None:
        """Apply a change; `heard` is the event of another agency that brought it."""
        self.clocks.note(change, heard)
        for referral in (change.referral, *change.also):
            if referral is not None:
                self.referrals[referral.id] = referral
                self._changed_referrals.add(referral.id)
                self._note_case(referral)
        if change.case is not None:
            self.cases[change.case.id] = change.case
            self._changed_cases.add(change.case.id)
        for inquiry in change.inquiries:
            self.inquiries[inquiry.id] = inquiry
            self._changed_inquiries.add(inquiry.id)
        if change.cites is not None:
            self.citations.append(change.cites)
        if change.confirmation is not None:
            self.confirmations[change.confirmation.referral] = change.confirmation
            self._confirmed.add(change.confirmation.referral)
        if change.override is not None:
            self.overrides.append(change.override)
        for each in change.changes:
            self._changes[each.referral, each.id] = each
            self._new_changes.add((each.referral, each.id))

    def change_of(self, referral: UUID, change: UUID) -> KnownChange | None:
        """Return a change of eligibility that is known of a referral."""
        return self._changes.get((referral, change))

    def changes_of(self, journey: UUID) -> list[KnownChange]:
        """Return the changes of eligibility that are known of a journey."""
        return [each for each in self._changes.values() if each.journey == journey]

    def new_changes(self) -> list[KnownChange]:
        """Return the changes of eligibility that are new, or have been done."""
        return [self._changes[each] for each in sorted(self._new_changes)]

    def forget(self, key: UUID, source: Address) -> None:
        """Keep nothing personal of what an agency has said of a referral that was never taken in from it."""
        self.forgotten.add((key, source))

    def case_of(self, referral: Referral) -> Case | None:
        """Return the case that serves a referral here; a sender has none, though it knows the case's id."""
        return None if referral.case is None else self.cases.get(referral.case)

    def told_of(self, case: UUID) -> ToldCase | None:
        """Return what is known of another agency's case."""
        return self._told.get(case)

    def changed_referrals(self) -> list[Referral]:
        """Return the changed referrals, in lock order."""
        return [self.referrals[each] for each in sorted(self._changed_referrals)]

    def changed_cases(self) -> list[Case]:
        """Return the changed cases, in lock order."""
        return [self.cases[each] for each in sorted(self._changed_cases)]

    def changed_inquiries(self) -> list[Inquiry]:
        """Return the changed inquiries, in lock order."""
        return [self.inquiries[each] for each in sorted(self._changed_inquiries)]

    def new_confirmations(self) -> list[Confirmation]:
        """Return the last new confirmation of each referral."""
        return [self.confirmations[each] for each in sorted(self._confirmed)]

    def _note_case(self, referral: Referral) -> None:
        if referral.side is Side.SENDER and referral.case is not None:
            self._told.setdefault(referral.case, ToldCase(referral.peer, referral.journey))
