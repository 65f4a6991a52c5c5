"""Reads one record's headers: what it is, and where it belongs. The body is not looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from ieum.delivery.records.corrupt_records import CorruptValue
from ieum.delivery.records.partitions import partition_of
from ieum_contracts import envelope
from ieum_contracts import header_values as header
from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.envelope import Envelope, EnvelopeError
from ieum_contracts.topics import MAILBOX_PARTITIONS, STREAM_FAMILIES, Family, topic_of


class Record(Protocol):
    """The attributes of a Kafka record that the projector reads; of the value only that it is one."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A topic that is read: whose it is, and which family."""

    topic: str
    owner: Address
    family: Family

    @property
    def partitions(self) -> int:
        """How many partitions count, by the agreement."""
        return MAILBOX_PARTITIONS if self.family in STREAM_FAMILIES else 1


@dataclass(frozen=True, slots=True)
class Seen:
    """A record whose headers are an envelope and whose place is right. `key` is absent on a catalogue."""

    mailbox: Mailbox
    partition: int
    offset: int
    sent_at: datetime
    envelope: Envelope
    key: UUID | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is counted and passed over, and the code why."""

    topic: str
    partition: int
    offset: int
    sent_at: datetime
    reason: str


READ_FAMILIES = (*STREAM_FAMILIES, Family.DELIVERY, Family.CATALOGUE)


def mailboxes_of(owner: Address) -> tuple[Mailbox, ...]:
    """List the topics of an agency that are read."""
    return tuple(Mailbox(topic_of(owner, family), owner, family) for family in READ_FAMILIES)


def read_headers(record: Record, mailbox: Mailbox) -> Seen | Rejected:
    """Read a record of a mailbox; what does not prove its place by its headers is rejected."""
    sent_at = datetime.fromtimestamp(max(0, record.timestamp) / 1000, UTC)
    try:
        read = _envelope(record)
        key = _place(record, read, mailbox)
    except EnvelopeError as error:
        return Rejected(record.topic, record.partition, record.offset, sent_at, error.reason)
    return Seen(mailbox, record.partition, record.offset, sent_at, read, key)


def _envelope(record: Record) -> Envelope:
    if isinstance(record.value, CorruptValue):
        raise EnvelopeError("record.unreadable", "*")
    return envelope.read(record.headers)


def _place(record: Record, read: Envelope, mailbox: Mailbox) -> UUID | None:
    owner = mailbox.owner
    if read.source.centre != owner.centre or read.recipient != owner:
        raise EnvelopeError("place.recipient", "ce_recipient")
    if (read.source == owner) != (mailbox.family is Family.CATALOGUE):
        raise EnvelopeError("place.source", "ce_source")
    known = EVENT_TYPES.get(read.type)
    if known is not None and known.family is not mailbox.family:
        raise EnvelopeError("place.topic", "ce_type")
    if record.key != read.subject.encode():
        raise EnvelopeError("place.key", "ce_subject")
    if mailbox.family is Family.CATALOGUE:
        return None
    key = header.uuid(read.subject, "ce_subject")
    if mailbox.family is Family.DELIVERY:
        return key
    if record.partition != partition_of(record.key):
        raise EnvelopeError("place.partition", "ce_subject")
    if read.sequence is None:
        raise EnvelopeError("place.sequence", "ce_sequence")
    return key
