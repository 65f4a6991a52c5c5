"""The state around one BatchFold after another, kept in memory as the database keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.application import Applied, Awaiting, Outcome, Refused, Untaken
from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.receiving.batch_effects import Effects
from ieum.delivery.receiving.batch_fold import BatchFold
from ieum.delivery.records.received import VerifiedEvent
from ieum.delivery.streams.batch_write import Rows
from ieum.delivery.streams.stream import FAMILIES, Stream, StreamKey, Streams
from ieum_contracts.address import Address
from ieum_contracts.catalogue import Invalid, NotUnderstood
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Event
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralAmended

KEY = UUID("01900000-0000-7000-8000-000000000001")
START = datetime(2026, 7, 1, tzinfo=UTC)
FAILURES = 2

Place = tuple[int, int]
"""(family number, sequence)"""


@dataclass
class Moody:
    """A fold that does with each event what a plan says: apply, refuse, await, raise."""

    plan: dict[Place, str]
    applied: list[Place] = field(default_factory=list)
    failures: dict[Place, int] = field(default_factory=dict)

    async def load(
        self, connection: Connection, events: Sequence[Event], untaken: Sequence[Untaken] = ()
    ) -> None:
        """Load nothing."""

    def hear_untaken(self, known: None, untaken: Untaken, now: datetime) -> None:
        """Ignore it."""

    def keys(self, known: None) -> Sequence[UUID]:
        return ()

    def fold(self, known: None, event: Event, now: datetime) -> Outcome:
        at = place_of(event.envelope)
        match self.plan.get(at, "apply"):
            case "refuse":
                return Refused("move-not-allowed")
            case "await" if not any(family != at[0] for family, _ in self.applied):
                return Awaiting("awaiting-referral")
            case "raise" if self.failures.setdefault(at, 0) < FAILURES:
                self.failures[at] += 1
                raise ValueError(str(at))
        self.applied.append(at)
        return Applied()

    async def flush(self, connection: Connection, known: None, rows: Rows, now: datetime) -> None:
        return None


def place_of(envelope: Envelope) -> Place:
    return int(envelope.causation or 0), int(envelope.sequence or 0)


class World:
    """One key's streams over many batches."""

    def __init__(self, plan: dict[Place, str]) -> None:
        self.application = Moody(plan)
        self.now = START
        self.streams: dict[StreamKey, Stream] = {}
        self.parked: dict[tuple[StreamKey, int], ParkedEvent] = {}
        self.digests: dict[tuple[StreamKey, int], bytes] = {}
        self.arrived: dict[Place, bytes] = {}
        self.heard: dict[int, list[int]] = {}

    def batch(self, *arrivals: VerifiedEvent) -> Effects:
        """Fold a batch, and keep its effects."""
        streams = Streams(replace(stream, changed=False) for stream in self.streams.values())
        waiting = [replace(p, stored=True) for p in sorted(self.parked.values(), key=_order)]
        arrived = [(stream_of(heard), heard) for heard in arrivals]
        earlier = {
            (at, h.sequence): self.digests[at, h.sequence]
            for at, h in arrived
            if h.sequence < streams[at].heard
        }
        fold = BatchFold(lambda event: self.application.fold(None, event, self.now), streams, self.now)
        effects = fold.fold(waiting, arrived, earlier)
        for stream in streams.changed():
            self.streams[stream.at] = stream
        for place in effects.unparked:
            del self.parked[place]
        self.parked |= effects.parked
        for entry in effects.entries:
            self.digests[entry.stream, entry.sequence] = entry.digest
            self.heard.setdefault(entry.stream.family, []).append(entry.sequence)
        for heard in arrivals:
            self.arrived.setdefault((stream_of(heard).family, heard.sequence), heard.digest)
        return effects

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def check(self) -> None:
        """Every stream has heard a prefix, each number once, in order; whatever else arrived is parked."""
        for numbers in self.heard.values():
            assert numbers == list(range(1, len(numbers) + 1))
        for at, stream in self.streams.items():
            assert stream.heard == len(self.heard.get(at.family, []))
        parked = {(at.family, number) for at, number in self.parked}
        late = {place for place in self.arrived if place[1] > len(self.heard.get(place[0], []))}
        assert parked == late
        for (at, number), waiting in self.parked.items():
            assert waiting.heard.digest == self.arrived[at.family, number]


def _order(parked: ParkedEvent) -> tuple[StreamKey, int]:
    return parked.stream, parked.heard.sequence


def stream_of(heard: VerifiedEvent) -> StreamKey:
    return StreamKey(heard.key, 1, int(heard.envelope.causation or 0))


def hearing(family: int, sequence: int, kind: str = "apply", *, twin: bool = False) -> VerifiedEvent:
    """Make an event of a stream; a twin has the same number and another digest."""
    content: Model | NotUnderstood | Invalid = ReferralAmended()
    if kind == "not-understood":
        content = NotUnderstood("type.unknown")
    elif kind == "invalid":
        content = Invalid("body.invalid")
    digest = sha256(bytes([family, sequence, twin])).digest()
    event = Envelope(
        id=UUID(bytes=bytes([family, sequence, twin]) + bytes(13)),
        source=Address("probe", "alpha"),
        type="referral.amended.v1",
        time=START,
        subject=str(KEY),
        recipient=Address("probe", "beta"),
        dataschema="urn:ieum:referral.amended:1.0",
        sequence=sequence,
        causation=str(family),
    )
    return VerifiedEvent(FAMILIES[family], KEY, sequence, event, b"", b"{}", digest, content)
