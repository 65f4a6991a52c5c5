"""The types of what arrives: a Kafka record, a verified event, an unverified record."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from ieum.delivery.streams.peers import Peers
from ieum.delivery.streams.stream import FAMILY_NUMBERS, StreamKey
from ieum_contracts.catalogue import Invalid, NotUnderstood
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Event
from ieum_contracts.model import Model
from ieum_contracts.topics import Family

NOT_KEPT = ("body.identifier", "body.too-large")
"""Reasons for which a body is refused and its bytes are stored nowhere."""


class Record(Protocol):
    """The attributes of a Kafka record that delivery reads."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


Content = Model | NotUnderstood | Invalid
"""The body of an event, or why it cannot be used."""


class NotLoaded:
    """In place of a body that waits in the database, behind others: it is loaded when its turn comes."""


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """An event whose place is verified. `content` is its body, or why the body cannot be used."""

    family: Family
    key: UUID
    sequence: int
    envelope: Envelope
    headers: bytes
    body: bytes
    digest: bytes
    content: Content | NotLoaded
    record: Record | None = None

    @property
    def unkept(self) -> str | None:
        """The reason for which the body is stored nowhere; None when it may be stored."""
        reason = self.content.reason if isinstance(self.content, Invalid) else None
        return reason if reason in NOT_KEPT else None

    def stream(self, peers: Peers) -> StreamKey:
        """Return the event's stream; raises KeyError for a source that has no number yet."""
        return StreamKey(self.key, peers.number(self.envelope.source), FAMILY_NUMBERS[self.family])

    def event(self, body: Model) -> Event:
        """Return what the application folds: the content, where it is a model."""
        return Event(self.envelope, body)


@dataclass(frozen=True, slots=True)
class UnverifiedRecord:
    """A record whose place is not verified, and the reason."""

    record: Record
    reason: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the value, to recognise copies of the same record."""
        return hashlib.sha256(self.record.value or b"").digest()
