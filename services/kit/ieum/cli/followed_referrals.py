"""Where the referrals stand whose events pass: folded from their headers, like in the operators' console."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from ieum.casework.business_days import BusinessCalendar
from ieum.casework.custody import fold_of
from ieum.casework.referral_fold import Said
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.codes import State
from ieum_contracts.envelope import Envelope
from ieum_contracts.topics import Family

REFERRALS_MAX = 5_000
EVENTS_MAX = 500
"""Of one referral; a longer one is no longer followed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state after an event, the agency whose move it is (None: nobody's), and until when."""

    state: State
    holder: str | None
    due_at: datetime | None


class FollowedReferrals:
    """Keeps the events of the referrals that passed last; the oldest referrals go first."""

    def __init__(self, calendar: BusinessCalendar) -> None:
        self._calendar = calendar
        self._agencies: list[str] = []
        self._referrals: OrderedDict[str, dict[tuple[int, int], Said]] = OrderedDict()
        """By the referral, then by who said it and the number: what is read twice stands once."""

    def take(self, event: Envelope, timestamp_ms: int) -> Standing | None:
        """Take an event in; None when it is of another family, or when earlier events were not seen."""
        known = EVENT_TYPES.get(event.type)
        if event.sequence is None or known is None or known.family is not Family.REFERRAL:
            return None
        events = self._referrals.setdefault(event.subject, {})
        self._referrals.move_to_end(event.subject)
        if len(self._referrals) > REFERRALS_MAX:
            self._referrals.popitem(last=False)
        if len(events) < EVENTS_MAX:
            said = self._said(event, event.sequence, timestamp_ms)
            events.setdefault((said.source, said.sequence), said)
        return self._standing(list(events.values()))

    def _standing(self, said: list[Said]) -> Standing | None:
        numbers: dict[int, list[int]] = {}
        for each in said:
            numbers.setdefault(each.source, []).append(each.sequence)
        whole = all(max(each) == len(each) for each in numbers.values())
        fold = fold_of(said, self._calendar)
        if fold is None or not whole or len(said) == EVENTS_MAX:
            return None
        found = fold.custody()
        holder = None if found.holder is None else self._agencies[found.holder]
        return Standing(found.copy.state, holder, found.due_at)

    def _said(self, event: Envelope, sequence: int, timestamp_ms: int) -> Said:
        sent_at = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
        source, recipient = self._number(event.source.agency), self._number(event.recipient.agency)
        headers = (event.type, event.id, event.time, sent_at, event.journey, event.causation)
        return Said(source, recipient, sequence, *headers)

    def _number(self, agency: str) -> int:
        if agency not in self._agencies:
            self._agencies.append(agency)
        return self._agencies.index(agency)
