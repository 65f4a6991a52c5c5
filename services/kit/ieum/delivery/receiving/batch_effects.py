"""The effects of folding a batch, kept in memory until its transaction flushes them, and their counts."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from ieum.delivery.blocked.not_understood import NOT_UNDERSTOOD
from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.receiving.event_spans import EventSpans
from ieum.delivery.records.received import VerifiedEvent
from ieum.delivery.streams.ledger import REFUSED, LedgerEntry
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import FAMILIES, Stream, StreamKey
from ieum_contracts.delivery import ParkedState, StreamHead, StreamHeads, StreamParked, StreamRefused
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Say
from ieum_contracts.model import Model

WRONG = (*NOT_UNDERSTOOD, "fold.failed")
"""Reasons for waiting that count against a source; being early (a gap, a missing referral) does not."""


@dataclass(slots=True)
class Effects:
    """What a batch changes, to be flushed in its transaction."""

    entries: list[LedgerEntry] = field(default_factory=list)
    says: list[tuple[Say, VerifiedEvent]] = field(default_factory=list)
    parked: dict[tuple[StreamKey, int], ParkedEvent] = field(default_factory=dict)
    unparked: list[tuple[StreamKey, int]] = field(default_factory=list)
    conflicts: list[VerifiedEvent] = field(default_factory=list)
    heard: list[Envelope] = field(default_factory=list)
    notices: list[tuple[StreamKey, Model]] = field(default_factory=list)
    duplicates: int = 0

    @property
    def is_unusual(self) -> bool:
        """Whether there are parked or unparked events, notices or conflicts, as in few batches."""
        return bool(self.parked or self.unparked or self.notices or self.conflicts)

    def troubles(self) -> Counter[int]:
        """Count wrong events by source: refused, or parked for the first time as not understood or failed."""
        refused = (entry.stream.peer for entry in self.entries if entry.fate == REFUSED)
        waiting = (
            parked.stream.peer
            for parked in self.parked.values()
            if not parked.stored and parked.reason in WRONG
        )
        return Counter(chain(refused, waiting))

    def count(self, fate: str) -> int:
        """Count the entries with this fate."""
        return sum(entry.fate == fate for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Gap:
    """Records are missing before a batch, so it was not taken in; has the offsets that should come first."""

    expected: dict[Partition, int]


@dataclass(slots=True)
class BatchResult:
    """Counts of one batch, for the log line and the metrics; `troubles` counts wrong events by source.

    `heard` are the events whose numbers were taken in, applied or refused.
    """

    events: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    said: int = 0
    told: int = 0
    troubles: Counter[int] = field(default_factory=Counter)
    heard: list[Envelope] = field(default_factory=list)
    spans: EventSpans = field(default_factory=EventSpans)

    def __add__(self, other: "BatchResult") -> "BatchResult":
        """Add the counts of two batches."""
        return BatchResult(
            events=self.events + other.events,
            counts=self.counts + other.counts,
            said=self.said + other.said,
            told=self.told + other.told,
            troubles=self.troubles + other.troubles,
            heard=self.heard + other.heard,
            spans=self.spans + other.spans,
        )

    def note(self, context: DeliveryContext) -> None:
        """Note, after the commit, how long each event took, and end its spans."""
        context.note_delivered(self.heard)
        self.spans.committed()

    def count(self, effects: Effects, said: int) -> None:
        """Add the effects of one fold."""
        self.said += said
        self.told += len(effects.notices)
        self.heard += effects.heard
        self.counts["applied"] += effects.count("applied")
        self.counts["refused"] += effects.count("refused")
        self.counts["parked"] += len(effects.parked)
        self.counts["duplicate"] += effects.duplicates
        self.counts["conflict"] += len(effects.conflicts)


def refused(heard: VerifiedEvent, reason: str) -> StreamRefused:
    """Make the notice that a number was consumed and changed nothing."""
    return StreamRefused(
        family=heard.family,
        key=heard.key,
        sequence=heard.sequence,
        event=heard.envelope.id,
        type=heard.envelope.type,
        reason=reason,
        digest=heard.digest.hex(),
    )


def waits(head: ParkedEvent) -> StreamParked:
    """Make the notice that a stream waits at an event."""
    return StreamParked(
        family=head.heard.family,
        key=head.stream.key,
        sequence=head.heard.sequence,
        reason=head.reason,
        state=ParkedState.DEAD if head.dead else ParkedState.WAITING,
        since=head.since,
    )


def stopped(stream: Stream, heard: VerifiedEvent, reason: str, now: datetime) -> StreamParked:
    """Make the notice that a stream stopped until an operator decides."""
    return StreamParked(
        family=heard.family,
        key=heard.key,
        sequence=stream.heard + 1,
        reason=reason,
        state=ParkedState.DEAD,
        since=now,
    )


def resumed(stream: Stream) -> StreamHeads:
    """Make the notice that a waiting stream goes on."""
    family = FAMILIES[stream.at.family]
    head = StreamHead(family=family, key=stream.at.key, said=stream.said, heard=stream.heard)
    return StreamHeads(heads=(head,))
