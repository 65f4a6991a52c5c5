"""Compares the database with Kafka at the start, to notice a restore from backup or a truncated mailbox."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from asyncpg import Connection

from ieum.delivery.blocked.source_breaker import COMPARING, held_sources
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.feed_end import FeedEnd, feed_end_of, missing_of_feed, read_feed_end
from ieum.delivery.recovering.restore import ask_what_is_lost, compare_with_peers
from ieum.delivery.streams.batch_write import Rows, write_rows
from ieum.delivery.streams.positions import Partition, lock_positions, read_positions
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.topics import MAILBOX_PARTITIONS, STREAM_FAMILIES, topic_of

ANSWER_SECONDS_MAX = 10.0

_log = structlog.get_logger(__name__)


async def check_positions(
    context: DeliveryContext, consumer: AIOKafkaConsumer, taken: Mapping[TopicPartition, int]
) -> None:
    """Compare our positions with Kafka's, and with what this process has taken in; settles `restore_check`.

    A committed offset above a position means that the database was restored from a backup, or is an older
    copy: Kafka gets only offsets that the database has. So does a feed that once ended further. Where Kafka
    has no offset at all, though we have read, it has forgotten them, as it does a week after a group was
    last there, and nobody knows. A mailbox that begins above a position lost what we never read; one that
    ends below it lost what we have read, and perhaps more. Raises one of DATABASE_RETRYABLE or a KafkaError.
    """
    await _until_answered(context, consumer)
    doubts = context.restore_check.doubts
    seen, starts = await _seen_and_starts(context, consumer, taken)
    async with context.database.acquire() as connection:
        read = await read_positions(connection)
    ends = await ends_of(context, consumer)
    # Of a mailbox that is missing nothing is known: it is compared when it is there again.
    known = {place: offset for place, offset in read.items() if place in ends}
    async with context.database.acquire() as connection, connection.transaction():
        await context.peers.read(connection)
        positions = await lock_positions(connection)
        # What another instance has taken in of a new mailbox meanwhile, or set back itself, stays as it is.
        same = {place: offset for place, offset in known.items() if positions.get(place) == offset}
        if gone := _above(same, ends):
            _log.error("mailbox.offsets-reset", partitions=len(gone), records=sum(gone.values()))
            await ask_what_is_lost(connection, context, context.clock())
            await write_rows(connection, Rows(positions={place: starts[place] for place in gone}))
        unknown = not any(seen.committed.values()) and any(same[place] for place in same.keys() - gone.keys())
        if unknown:
            _log.warning("restored.offsets-expired")
        if await _is_older(connection, context, seen, positions) or unknown:
            await compare_with_peers(connection, context, context.clock())
        if lost := _above(starts, positions):
            _log.error("mailbox.truncated", partitions=len(lost), records=sum(lost.values()))
            await ask_what_is_lost(connection, context, context.clock())
            await write_rows(connection, Rows(positions={place: starts[place] for place in lost}))
        held, feed_end = await held_sources(connection), await read_feed_end(connection)
    comparing = COMPARING in held.values()
    context.restore_check.settle(comparing=comparing, feed_end=feed_end, doubts=doubts)


async def _until_answered(context: DeliveryContext, consumer: AIOKafkaConsumer) -> None:
    """Wait for any answer of a broker: only one of them knows what was committed, and it may not be ready."""
    if not context.restore_check.is_doubted:
        context.restore_check.doubt()
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        await consumer.topics()
    context.restore_check.answering()


class _Seen(NamedTuple):
    """How far this agency has come, as Kafka or this process has seen it."""

    committed: Mapping[Partition, int]
    feed_ends: Sequence[FeedEnd]


async def _is_older(
    connection: Connection, context: DeliveryContext, seen: _Seen, positions: Mapping[Partition, int]
) -> bool:
    """Whether the database is older than what was seen; it is told in the log."""
    if newer := _above(seen.committed, positions):
        _log.error("restored.position", partitions=len(newer), records=sum(newer.values()))
    end = context.restore_check.first_end(await read_feed_end(connection))
    if forgotten := missing_of_feed(end, seen.feed_ends):
        _log.error("restored.feed", events=forgotten)
    return bool(newer or forgotten)


async def _seen_and_starts(
    context: DeliveryContext, consumer: AIOKafkaConsumer, taken: Mapping[TopicPartition, int]
) -> tuple[_Seen, dict[Partition, int]]:
    """Return how far this agency has come, and where its mailboxes begin."""
    partitions = partitions_of(context, consumer)
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        # unlike `consumer.committed`, with what was committed beside the offset, and all at once
        found = await vars(consumer)["_coordinator"].fetch_committed_offsets(list(partitions))
        begins = await consumer.beginning_offsets(list(partitions))
    committed = {
        place: max(found[partition].offset if partition in found else 0, taken.get(partition, 0))
        for partition, place in partitions.items()
    }
    ends = [context.restore_check.feed_end, *(feed_end_of(each.metadata) for each in found.values())]
    starts = {partitions[partition]: offset for partition, offset in begins.items()}
    return _Seen(committed, [end for end in ends if end]), starts


async def rewind_to_positions(context: DeliveryContext, consumer: AIOKafkaConsumer) -> None:
    """Seek every partition that this process reads back to its position in the database, which decides."""
    async with context.database.acquire() as connection:
        positions = await read_positions(connection)
    for partition in consumer.assignment():
        offset = positions.get(place_of(context, partition), 0)
        if await consumer.position(partition) > offset:
            consumer.seek(partition, offset)


async def ends_of(context: DeliveryContext, consumer: AIOKafkaConsumer) -> dict[Partition, int]:
    """Return the end offsets of our mailboxes; raises KafkaError or TimeoutError."""
    places = partitions_of(context, consumer)
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        ends = await consumer.end_offsets(list(places))
    return {places[partition]: offset for partition, offset in ends.items()}


async def read_and_ends(
    context: DeliveryContext, consumer: AIOKafkaConsumer
) -> tuple[dict[Partition, int], dict[Partition, int]]:
    """Return the positions and the ends of our mailboxes, including what open transactions hold back."""
    ends = await ends_of(context, consumer)
    for partition in consumer.assignment():
        place = place_of(context, partition)
        ends[place] = max(ends.get(place, 0), consumer.highwater(partition) or 0)
    async with context.database.acquire() as connection:
        return await read_positions(connection), ends


def partitions_of(context: DeliveryContext, consumer: AIOKafkaConsumer) -> dict[TopicPartition, Partition]:
    """Return all partitions of our mailboxes: those of the contract, and what the broker has besides.

    Without those of a mailbox that the broker does not have: to ask for its offsets has no end.
    """
    partitions: set[TopicPartition] = set()
    missing = missing_mailboxes(context, consumer)
    for family in FAMILIES.values():
        topic = topic_of(context.me, family)
        if topic in missing:
            continue
        numbers = set(range(MAILBOX_PARTITIONS if family in STREAM_FAMILIES else 1))
        numbers |= consumer.partitions_for_topic(topic) or set()
        partitions |= {TopicPartition(topic, number) for number in numbers}
    return {partition: place_of(context, partition) for partition in sorted(partitions)}


def missing_mailboxes(context: DeliveryContext, consumer: AIOKafkaConsumer) -> frozenset[str]:
    """Return those of our mailboxes that the broker does not have, as far as the consumer knows by now."""
    topics = {topic_of(context.me, family) for family in FAMILIES.values()}
    return frozenset(topic for topic in topics if consumer.partitions_for_topic(topic) is None)


def place_of(context: DeliveryContext, partition: TopicPartition) -> Partition:
    """Return the partition of a mailbox by its family."""
    families = {topic_of(context.me, family): number for number, family in FAMILIES.items()}
    return families[partition.topic], partition.partition


def partition_at(context: DeliveryContext, place: Partition) -> TopicPartition:
    """Return the partition of a mailbox at a place."""
    family, number = place
    return TopicPartition(topic_of(context.me, FAMILIES[family]), number)


def _above(offsets: Mapping[Partition, int], positions: Mapping[Partition, int]) -> dict[Partition, int]:
    """Return by how many records offsets are above positions."""
    return {
        place: offset - positions.get(place, 0)
        for place, offset in offsets.items()
        if offset > positions.get(place, 0)
    }
