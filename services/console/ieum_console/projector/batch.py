"""What one batch of records comes to, before it is written: steps, notices, catalogue records, counts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ieum_console.projection.families import FAMILY_NUMBERS
from ieum_console.projector.headers import Rejected, Seen
from ieum_contracts.topics import Family

HEADS_TYPES = frozenset({"stream.heads.v1", "stream.heads-answered.v1"})
WAITS, GOES_ON = "stream.parked.v1", frozenset({"stream.heads.v1", "stream.skipped.v1"})


class StepKey(NamedTuple):
    """The place of an event: its stream, and its number there. Agencies stand by their ids."""

    key: UUID
    source: str
    recipient: str
    family: int
    sequence: int


@dataclass(slots=True)
class StepRow:
    """One event as it was seen first, and how often it was seen."""

    seen: Seen
    sends: int = 1
    differing: bool = False


@dataclass(slots=True)
class Spoken:
    """How often an agency said a type under a schema, and when first and last."""

    records: int
    first_at: datetime
    last_at: datetime


@dataclass(slots=True)
class Batch:
    """A batch by kinds; everything is counted once, whatever is read again later."""

    steps: dict[StepKey, StepRow] = field(default_factory=dict)
    notices: list[Seen] = field(default_factory=list)
    programmes: dict[tuple[str, str], tuple[datetime | None, datetime | None]] = field(default_factory=dict)
    rejected: dict[tuple[str, str], list[Rejected]] = field(default_factory=dict)
    flow: Counter[tuple[datetime, str, str]] = field(default_factory=Counter)
    said: dict[tuple[str, str], datetime] = field(default_factory=dict)
    spoken: dict[tuple[str, str, str], Spoken] = field(default_factory=dict)
    catalogues: dict[str, datetime] = field(default_factory=dict)
    next_offsets: dict[tuple[str, int], int] = field(default_factory=dict)
    records: int = 0
    last_sent_at: datetime | None = None

    def agencies(self) -> set[str]:
        """Name every agency that the batch speaks of."""
        edges = {name for edge in self.said for name in edge}
        return edges | set(self.catalogues) | {agency for agency, _, _ in self.spoken}

    def types(self) -> set[str]:
        """Name every event type of the batch."""
        return {name for _, name, _ in self.spoken}

    def edges(self) -> Mapping[tuple[str, str], int]:
        """Count the records of each edge."""
        counts: Counter[tuple[str, str]] = Counter()
        for (_, source, recipient), records in self.flow.items():
            counts[source, recipient] += records
        return counts


def gather(records: Iterable[Seen | Rejected]) -> Batch:
    """Sort records by kind, in the order of each partition."""
    batch = Batch()
    for record in records:
        batch.records += 1
        topic = record.topic if isinstance(record, Rejected) else record.mailbox.topic
        batch.next_offsets[topic, record.partition] = record.offset + 1
        if batch.last_sent_at is None or record.sent_at > batch.last_sent_at:
            batch.last_sent_at = record.sent_at
        if isinstance(record, Rejected):
            batch.rejected.setdefault((topic, record.reason), []).append(record)
        else:
            _take(batch, record)
    return batch


def _take(batch: Batch, seen: Seen) -> None:
    envelope, family = seen.envelope, seen.mailbox.family
    source, recipient = envelope.source.agency, envelope.recipient.agency
    _speak(batch, seen)
    if family is Family.CATALOGUE:
        _publish(batch, seen)
        return
    batch.flow[seen.sent_at.replace(second=0, microsecond=0), source, recipient] += 1
    edge = (source, recipient)
    batch.said[edge] = max(batch.said.get(edge, envelope.time), envelope.time)
    if family is Family.DELIVERY:
        batch.notices.append(seen)
    elif seen.key is not None and envelope.sequence is not None:
        place = StepKey(seen.key, source, recipient, FAMILY_NUMBERS[family], envelope.sequence)
        row = batch.steps.get(place)
        if row is None:
            batch.steps[place] = StepRow(seen)
        else:
            row.sends += 1
            row.differing |= row.seen.envelope.id != envelope.id


def _speak(batch: Batch, seen: Seen) -> None:
    envelope = seen.envelope
    what = (envelope.source.agency, envelope.type, envelope.dataschema)
    spoken = batch.spoken.get(what)
    if spoken is None:
        batch.spoken[what] = Spoken(1, envelope.time, envelope.time)
    else:
        spoken.records += 1
        spoken.first_at = min(spoken.first_at, envelope.time)
        spoken.last_at = max(spoken.last_at, envelope.time)


def _publish(batch: Batch, seen: Seen) -> None:
    agency, time = seen.envelope.source.agency, seen.envelope.time
    batch.catalogues[agency] = max(batch.catalogues.get(agency, time), time)
    kind, _, programme = seen.envelope.subject.partition(":")
    published, capacity = batch.programmes.get((agency, programme), (None, None))
    if kind == "programme":
        batch.programmes[agency, programme] = (time, capacity)
    elif kind == "capacity":
        batch.programmes[agency, programme] = (published, time)
