"""Verifies a record's place: its source, recipient, family, key and number, before it may change a stream."""

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
"""Reasons for which a body is refused and its bytes are stored nowhere."""


class Record(Protocol):
    """The attributes of a Kafka record that delivery reads."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


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
    content: Model | NotUnderstood | Invalid
    record: Record | None = None

    @property
    def unkept(self) -> str | None:
        """The reason for which the body is stored nowhere; None when it may be stored."""
        reason = self.content.reason if isinstance(self.content, Invalid) else None
        return reason if reason in NOT_KEPT else None

    def event(self) -> Event:
        """Return what the application folds; only for content that is a model."""
        assert isinstance(self.content, Model)  # noqa: S101 - callers have checked
        return Event(self.envelope, self.content)


@dataclass(frozen=True, slots=True)
class UnverifiedRecord:
    """A record whose place is not verified, and the reason."""

    record: Record
    reason: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the value, to recognise copies of the same record."""
        return hashlib.sha256(self.record.value or b"").digest()


def verify(record: Record, me: Address) -> VerifiedEvent | UnverifiedRecord:
    """Check envelope and place of a record of one of our numbered mailboxes, and read its body."""
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
    """Read a record's headers; raises EnvelopeError when they are no envelope, or the record is corrupt."""
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
    """Read the body of an event whose place is verified; a wrong body becomes the reason in `content`.

    A body that holds an identifier is refused for that reason first.
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
    """Return the mailbox partition of a key (murmur2, as in Kafka's own clients)."""
    return hash_of(key) % MAILBOX_PARTITIONS


@lru_cache(HASHES_MAX)
def hash_of(key: bytes) -> int:
    """Hash a key as Kafka's own clients do; cached, for a key is usually sent and heard close together."""
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
