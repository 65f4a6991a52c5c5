"""Proof of place: what a record has to show before it may touch a stream."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from aiokafka.partitioner import murmur2

from ieum.delivery.records.corrupt_records import CorruptValue
from ieum_contracts import envelope, header
from ieum_contracts.address import Address
from ieum_contracts.body import holds_identifier
from ieum_contracts.catalogue import EVENT_TYPES, Invalid, NotUnderstood, decode
from ieum_contracts.envelope import Envelope, EnvelopeError
from ieum_contracts.message import Event
from ieum_contracts.model import Model
from ieum_contracts.timing import out_of_time
from ieum_contracts.topics import BODY_BYTES_MAX, MAILBOX_PARTITIONS, STREAM_FAMILIES, Family, topic_of

KEPT_BYTES_MAX = BODY_BYTES_MAX
HASHES_MAX = 8192
AGENCIES_MAX = 64
NOT_KEPT = ("body.identifier", "body.too-large")
"""Reasons for which a body is refused and its bytes are kept nowhere."""


class Record(Protocol):
    """The parts of a Kafka record that delivery reads."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """An event whose place is proved. `content` is its body, or why it has none that counts."""

    family: Family
    key: UUID
    sequence: int
    envelope: Envelope
    headers: bytes
    body: bytes
    digest: bytes
    content: Model | NotUnderstood | Invalid
    record: Record | None = None

    @property
    def unkept(self) -> str | None:
        """The reason for which the body is kept nowhere; None when it may be kept."""
        reason = self.content.reason if isinstance(self.content, Invalid) else None
        return reason if reason in NOT_KEPT else None

    def event(self) -> Event:
        """Give what the application folds; only for content that is a model."""
        assert isinstance(self.content, Model)  # noqa: S101 - callers have asked
        return Event(self.envelope, self.content)


@dataclass(frozen=True, slots=True)
class UnverifiedRecord:
    """A record whose place is not proved: what of it is kept, and why."""

    record: Record
    reason: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the value, by which two copies of the same garbage can be told."""
        return hashlib.sha256(self.record.value or b"").digest()


def verify(record: Record, me: Address) -> VerifiedEvent | UnverifiedRecord:
    """Check envelope and place of a record of one of my numbered mailboxes, and read its body."""
    try:
        heard_envelope, family, key = _place(record, me)
        sequence = heard_envelope.sequence
        if sequence is None:
            return UnverifiedRecord(record, "place.sequence")
    except EnvelopeError as error:
        return UnverifiedRecord(record, error.reason)
    headers, body = envelope.canonical(record.headers), record.value or b""
    return heard(family, key, sequence, heard_envelope, headers, body, record)


def read_envelope(record: Record) -> Envelope:
    """Read a record's headers; raises EnvelopeError for what is no envelope, or no record at all."""
    if isinstance(record.value, CorruptValue):
        raise EnvelopeError("record.unreadable", "*")
    return envelope.read(record.headers)


def heard(  # noqa: PLR0913, PLR0917 - one for each thing that an event is made of
    family: Family,
    key: UUID,
    sequence: int,
    event: Envelope,
    headers: bytes,
    body: bytes,
    record: Record | None = None,
) -> VerifiedEvent:
    """Read the body of an event whose place is proved; what is wrong with it is kept beside it.

    A body that holds an identifier is refused for that, whatever else may be wrong with it.
    """
    content: Model | NotUnderstood | Invalid
    try:
        content = decode(event.type, event.dataschema, body)
        fields = tuple(f"{place}: {fault}" for place, fault in out_of_time(content, event.time))
        if fields:
            content = Invalid("body.invalid", fields)
    except (NotUnderstood, Invalid) as error:
        content = error
        if error.reason not in NOT_KEPT and holds_identifier(body):
            content = Invalid("body.identifier")
    return VerifiedEvent(
        family, key, sequence, event, headers, body, envelope.digest(headers, body), content, record
    )


def partition_of(key: bytes) -> int:
    """Name the partition of a mailbox to which a key hashes (murmur2, as Kafka's own clients do)."""
    return hash_of(key) % MAILBOX_PARTITIONS


@lru_cache(HASHES_MAX)
def hash_of(key: bytes) -> int:
    """Hash a key as Kafka's own clients do; what was hashed to be sent is soon looked for when heard."""
    return int(murmur2(key) & 0x7FFFFFFF)


def _place(record: Record, me: Address) -> tuple[Envelope, Family, UUID]:
    event = read_envelope(record)
    if event.source == me or event.source.centre != me.centre:
        raise EnvelopeError("place.source", "ce_source")
    if event.recipient != me:
        raise EnvelopeError("place.recipient", "ce_recipient")
    family = _mailboxes(me).get(record.topic)
    known = EVENT_TYPES.get(event.type)
    if family is None or (known is not None and known.family is not family):
        raise EnvelopeError("place.topic", "ce_type")
    key = _key(event.subject)
    if record.key != event.subject.encode():
        raise EnvelopeError("place.key", "ce_subject")
    if record.partition != partition_of(record.key):
        raise EnvelopeError("place.partition", "ce_subject")
    return event, family, key


@lru_cache(AGENCIES_MAX)
def _mailboxes(me: Address) -> Mapping[str, Family]:
    return {topic_of(me, family): family for family in STREAM_FAMILIES}


def _key(subject: str) -> UUID:
    try:
        return header.uuid(subject, "ce_subject")
    except EnvelopeError:
        raise EnvelopeError("place.key", "ce_subject") from None
