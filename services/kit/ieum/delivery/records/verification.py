"""Verifies a batch before its transaction: each record's source, recipient, family, key, number and body."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.records.corrupt_records import CorruptValue
from ieum.delivery.records.partitions import partition_of
from ieum.delivery.records.received import NOT_KEPT, Record, UnverifiedRecord, VerifiedEvent
from ieum.delivery.streams.peers import Peers
from ieum.delivery.streams.stream import StreamPlace
from ieum_contracts import envelope
from ieum_contracts import header_values as header
from ieum_contracts.address import Address
from ieum_contracts.body import holds_identifier
from ieum_contracts.catalogue import EVENT_TYPES, Invalid, NotUnderstood, decode
from ieum_contracts.envelope import Envelope, EnvelopeError
from ieum_contracts.message import Event
from ieum_contracts.model import Model
from ieum_contracts.timing import out_of_time
from ieum_contracts.topics import STREAM_FAMILIES, Family, topic_of

AGENCIES_MAX = 64


@dataclass(slots=True)
class ClassifiedBatch:
    """A batch's records by class, each in the order of arrival."""

    heard: list[VerifiedEvent] = field(default_factory=list)
    notices: list[Event] = field(default_factory=list)
    misplaced: list[UnverifiedRecord] = field(default_factory=list)

    def sources(self) -> set[Address]:
        """Return the agencies that the records claim to come from."""
        return {h.envelope.source for h in self.heard} | {n.envelope.source for n in self.notices}

    def places(self, peers: Peers) -> set[StreamPlace]:
        """Return the places of the events; their sources have to be known."""
        return {StreamPlace(h.stream(peers), h.sequence) for h in self.heard}


async def classify(records: Sequence[Record], context: DeliveryContext) -> ClassifiedBatch:
    """Check envelope and place of every record, and read the bodies; raises one of RETRYABLE.

    When some come from unknown addresses, all are classified again, so that none of theirs is taken in.
    """
    found = _sort(records, context.me, context.peers, ())
    strangers = await context.agencies.strangers(found.sources())
    return _sort(records, context.me, context.peers, strangers) if strangers else found


def _sort(
    records: Sequence[Record], me: Address, peers: Peers, strangers: Collection[Address]
) -> ClassifiedBatch:
    found = ClassifiedBatch()
    delivery = topic_of(me, Family.DELIVERY)
    for record in records:
        match verify_notice(record, me) if record.topic == delivery else verify(record, me):
            case UnverifiedRecord() as misplaced:
                found.misplaced.append(misplaced)
            case proved if proved.envelope.source in strangers:
                found.misplaced.append(UnverifiedRecord(record, "place.source-unknown"))
            case proved if peers.full and proved.envelope.source not in peers:
                found.misplaced.append(UnverifiedRecord(record, "place.source"))
            case VerifiedEvent() as heard:
                found.heard.append(heard)
            case notice:
                found.notices.append(notice)
    return found


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
    return heard(family, key, sequence, heard_envelope, headers=headers, body=body, record=record)


def verify_notice(record: Record, me: Address) -> Event | UnverifiedRecord:
    """Check a record of our delivery mailbox; it has no number, so a wrong one is only quarantined."""
    try:
        event = read_envelope(record)
        _check_parties(event, me)
        known = EVENT_TYPES.get(event.type)
        if known is None or known.family is not Family.DELIVERY:
            return UnverifiedRecord(record, "place.topic")
        if record.key != event.subject.encode():
            return UnverifiedRecord(record, "place.key")
        return Event(event, decode(event.type, event.dataschema, record.value or b""))
    except EnvelopeError as error:
        return UnverifiedRecord(record, error.reason)
    except (NotUnderstood, Invalid):
        return UnverifiedRecord(record, "notice.invalid")


def read_envelope(record: Record) -> Envelope:
    """Read a record's headers; raises EnvelopeError when they are no envelope, or the record is corrupt."""
    if isinstance(record.value, CorruptValue):
        raise EnvelopeError("record.unreadable", "*")
    return envelope.read(record.headers)


def heard(
    family: Family,
    key: UUID,
    sequence: int,
    event: Envelope,
    *,
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


def _check_parties(event: Envelope, me: Address) -> None:
    if event.source == me or event.source.centre != me.centre:
        raise EnvelopeError("place.source", "ce_source")
    if event.recipient != me:
        raise EnvelopeError("place.recipient", "ce_recipient")


def _place(record: Record, me: Address) -> tuple[Envelope, Family, UUID]:
    event = read_envelope(record)
    _check_parties(event, me)
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
