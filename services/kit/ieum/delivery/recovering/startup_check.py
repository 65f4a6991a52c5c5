"""Compares the database with Kafka at the start, to notice a restore from backup or a truncated mailbox."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from asyncpg import Connection

from ieum.delivery.blocked.source_breaker import COMPARING, held_sources
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.feed_end import (
    FeedEnd,
    feed_end_of,
    forget_doubted_end,
    missing_of_feed,
    read_feed_end,
    read_first_end,
)
from ieum.delivery.partition_leaders import led
from ieum.delivery.recovering.mailbox_partitions import ANSWER_SECONDS_MAX, ends_of, partitions_of, place_of
from ieum.delivery.recovering.restore import ask_what_is_lost, compare_with_peers
from ieum.delivery.streams.batch_write import Rows, write_rows
from ieum.delivery.streams.positions import Partition, lock_positions, read_positions

_log = structlog.get_logger(__name__)


async def check_positions(
    context: DeliveryContext, consumer: AIOKafkaConsumer, taken: Mapping[TopicPartition, int]
) -> Mapping[Partition, int]:
    """Compare our positions with Kafka's, and with what this process has taken in; settles `restore_check`.

    A committed offset above a position means that the database was restored from a backup, or is an older
    copy: Kafka gets only offsets that the database has. So does a feed that once ended further. Where Kafka
    has no offset at all, though we have read, it has forgotten them, as it does a week after a group was
    last there, and nobody knows. A mailbox that begins above a position lost what we never read; one that
    ends below it lost what we have read, and perhaps more. Returns the positions that were compared. Raises
    one of DATABASE_RETRYABLE or a KafkaError.
    """
    await _until_answered(context, consumer)
    doubts = context.restore_check.doubts
    seen, starts = await _seen_and_starts(context, consumer, taken)
    async with context.database.acquire() as connection:
        read = await read_positions(connection)
    ends = await ends_of(context, consumer, led_alone=True)
    # Of what is missing, or led by nobody, nothing is known: it is compared when it is there again.
    known = {place: offset for place, offset in read.items() if place in ends.keys() & starts.keys()}
    async with context.database.acquire() as connection, connection.transaction():
        await context.peers.read(connection)
        positions = await lock_positions(connection)
        # What another instance has taken in meanwhile, or set back itself, stays as it is.
        same = {place: offset for place, offset in known.items() if positions.get(place) == offset}
        if gone := _above(same, ends):
            _log.error("mailbox.offsets-reset", partitions=len(gone), records=sum(gone.values()))
            await _read_from_start(connection, context, {place: starts[place] for place in gone})
        unknown = not any(seen.committed.values()) and any(same[place] for place in same.keys() - gone.keys())
        if unknown:
            _log.warning("restored.offsets-expired")
        if await _is_older(connection, seen, positions, ends) or unknown:
            await compare_with_peers(connection, context, context.clock())
        if lost := _above(starts, positions):
            _log.error("mailbox.truncated", partitions=len(lost), records=sum(lost.values()))
            await _read_from_start(connection, context, {place: starts[place] for place in lost})
        held, feed_end = await held_sources(connection), await read_feed_end(connection)
    context.restore_check.settle(comparing=COMPARING in held.values(), feed_end=feed_end, doubts=doubts)
    await _trust(context)
    return positions


async def _trust(context: DeliveryContext) -> None:
    """Forget where a doubted feed ended; only once all know, or a relay might note it again."""
    if not context.restore_check.is_doubted:
        async with context.database.acquire() as connection:
            await forget_doubted_end(connection)


async def _read_from_start(
    connection: Connection, context: DeliveryContext, starts: Mapping[Partition, int]
) -> None:
    """Ask the peers for what partitions have lost, which are read from their start on."""
    await ask_what_is_lost(connection, context, context.clock())
    await write_rows(connection, Rows(positions=starts))


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
    connection: Connection, seen: _Seen, positions: Mapping[Partition, int], ends: Mapping[Partition, int]
) -> bool:
    """Whether the database is older than what was seen; it is told in the log.

    An offset behind the end of its partition says that the broker has lost that end, and no more.
    """
    there = {place: offset for place, offset in seen.committed.items() if offset <= ends.get(place, offset)}
    if newer := _above(there, positions):
        _log.error("restored.position", partitions=len(newer), records=sum(newer.values()))
    end = await read_first_end(connection)
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
        begins = await consumer.beginning_offsets(led(consumer, partitions))
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
    for partition in led(consumer, consumer.assignment()):
        offset = positions.get(place_of(context, partition), 0)
        if await consumer.position(partition) > offset:
            consumer.seek(partition, offset)


def _above(offsets: Mapping[Partition, int], positions: Mapping[Partition, int]) -> dict[Partition, int]:
    """Return by how many records offsets are above positions."""
    return {
        place: offset - positions.get(place, 0)
        for place, offset in offsets.items()
        if offset > positions.get(place, 0)
    }
