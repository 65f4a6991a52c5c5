"""Exports the history of a centre's mailboxes from Kafka, as its administrator."""

from collections.abc import AsyncIterator, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from ieum.centre.centre_settings import CentreSettings
from ieum.delivery.records.corrupt_records import tolerate_corrupt_records
from ieum_contracts import envelope
from ieum_contracts.address import Address
from ieum_contracts.topics import MAILBOX_PARTITIONS, STREAM_FAMILIES, topic_of
from ieum_lab.testing.admin_connection import admin_connection
from ieum_lab.testing.history import STRANGER, Carried, HistoryStream, Left

POLL_MS = 500
RECORDS_MAX = 2_000


async def export_mailboxes(settings: CentreSettings, agencies: Iterable[Address]) -> AsyncIterator[Carried]:
    """Return every readable numbered record in the agencies' mailboxes."""
    tolerate_corrupt_records()
    owners = {topic_of(me, family): (str(me), str(family)) for me in agencies for family in STREAM_FAMILIES}
    consumer = _consumer(settings)
    try:
        await consumer.start()
        ends = await _assign(consumer, owners)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_MAX)).values():
                for record in records:
                    carried = _carried(record, *owners[record.topic])
                    if carried is not None:
                        yield carried
    finally:
        await consumer.stop()


async def unread(settings: CentreSettings, me: Address, positions: dict[tuple[str, int], int]) -> list[Left]:
    """Return partitions of an agency's mailboxes that are not read to their end, by (family, partition)."""
    consumer = _consumer(settings)
    try:
        await consumer.start()
        ends = await _assign(consumer, [topic_of(me, family) for family in STREAM_FAMILIES])
    finally:
        await consumer.stop()
    behind = {
        place: end - positions.get((place.topic.rpartition(".")[2], place.partition), 0)
        for place, end in ends.items()
    }
    return [
        Left(str(me), "unread", f"{place.topic}/{place.partition} by {records}")
        for place, records in behind.items()
        if records > 0
    ]


def _consumer(settings: CentreSettings) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        **admin_connection(settings),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )


async def _assign(consumer: AIOKafkaConsumer, topics: Iterable[str]) -> dict[TopicPartition, int]:
    places = [TopicPartition(topic, partition) for topic in topics for partition in range(MAILBOX_PARTITIONS)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(places)
    return ends


def _carried(record: ConsumerRecord[bytes, bytes], recipient: str, family: str) -> Carried | None:
    try:
        event = envelope.read(record.headers)
    except envelope.EnvelopeError:
        return None
    if event.sequence is None or any(name == STRANGER for name, _ in record.headers):
        return None
    stream = HistoryStream(str(event.source), recipient, family, event.subject)
    digest = envelope.digest(envelope.canonical(record.headers), record.value or b"").hex()
    return Carried(stream, event.sequence, digest, record.partition, record.offset)
