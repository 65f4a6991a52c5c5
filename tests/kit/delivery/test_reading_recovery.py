"""How far is read: gaps between offsets, marks that are passed over, a database older than its reader."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.testing import capture_logs

from ieum.delivery.receiving.batch_effects import Gap
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.receiving.read_range import Reach, _pass_over
from ieum.delivery.streams.positions import read_positions
from ieum_contracts.referral import ReferralAmended
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, new_keys, quiet, until
from tests.kit.delivery.bare_agency import Notes
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import reading
from tests.kit.delivery.test_truncated import truncate

pytestmark = pytest.mark.stack

EVENTS = 5
ALL = """
truncate position, stream, ledger, parked, feed, outbox, effect, notice, source;
update feed_epoch set epoch = default
"""


@pytest_asyncio.fixture(loop_scope="session")
async def filled(stack: Stack, resting: Pair) -> AsyncIterator[TopicPartition]:
    """Give a partition of beta's mailbox with events in it, none of them read."""
    [key], alpha, beta = new_keys(1), resting.alpha, resting.beta
    events = [
        wire.event(alpha.address, beta.address, key, n, ReferralAmended()) for n in range(1, EVENTS + 1)
    ]
    await asyncio.to_thread(wire.produce, stack, events)
    yield TopicPartition(events[0].topic, events[0].partition)
    await asyncio.to_thread(truncate, stack, beta)
    await beta.change(ALL)


async def position(agency: Bare, partition: TopicPartition) -> int:
    async with agency.database.acquire() as connection:
        return (await read_positions(connection)).get((1, partition.partition), 0)


async def set_position(agency: Bare, partition: TopicPartition, offset: int) -> None:
    async with agency.database.acquire() as connection:
        await _pass_over(connection, {(1, partition.partition): offset})


async def records_of(consumer: AIOKafkaConsumer, partition: TopicPartition) -> list[wire.Raw]:
    consumer.assign([partition])
    await consumer.seek_to_beginning(partition)
    found: list[wire.Raw] = []
    while len(found) < EVENTS:
        found += (await consumer.getmany(timeout_ms=500)).get(partition, [])
    return found


async def test_records_behind_missing_ones_are_not_taken_in(resting: Pair, filled: TopicPartition) -> None:
    beta = resting.beta
    inbox = Inbox(beta.context, beta.outbox, Notes())
    async with reading(beta) as consumer:
        records = await records_of(consumer, filled)
        first = records[0].offset  # type: ignore[attr-defined]  # a record as it was read
    await set_position(beta, filled, first)

    assert await inbox.take(records[2:]) == Gap({(1, filled.partition): first})  # type: ignore[arg-type]
    assert await position(beta, filled) == first
    assert not isinstance(await inbox.take(records), Gap)  # type: ignore[arg-type]
    assert len(await beta.effects()) == EVENTS


async def test_a_new_number_at_an_old_offset_is_taken_in_once(resting: Pair, filled: TopicPartition) -> None:
    """A mailbox that was made anew begins its offsets anew."""
    beta = resting.beta
    inbox = Inbox(beta.context, beta.outbox, Notes())
    async with reading(beta) as consumer:
        records = await records_of(consumer, filled)
    last = records[-1].offset  # type: ignore[attr-defined]  # a record as it was read
    await set_position(beta, filled, last + 100)

    for _ in range(2):
        assert not isinstance(await inbox.take(records), Gap)  # type: ignore[arg-type]
        assert len(await beta.effects()) == EVENTS
    assert await position(beta, filled) == last + 100


async def keep(reach: Reach, agency: Bare, consumer: AIOKafkaConsumer) -> None:
    await reach.rest(consumer)
    await reach.keep(agency.context, consumer)


async def passes_over(
    consumer: AIOKafkaConsumer, agency: Bare, partition: TopicPartition, *, read: int
) -> int:
    """Let a consumer stand behind all events, of which so many are taken in; returns the first offset."""
    consumer.assign([partition])
    begin: int = (await consumer.beginning_offsets([partition]))[partition]
    await set_position(agency, partition, begin + read)
    consumer.seek(partition, begin + EVENTS)
    return begin


async def test_nothing_is_passed_over_in_a_database_that_is_doubted(
    resting: Pair, filled: TopicPartition
) -> None:
    """An older copy has not taken in what this process has read."""
    beta, reach = resting.beta, Reach()
    async with reading(beta) as consumer:
        begin = await passes_over(consumer, beta, filled, read=1)
        reach.settle()
        beta.context.restore_check.doubt()
        await keep(reach, beta, consumer)
        assert await position(beta, filled) == begin + 1
        beta.context.restore_check.settle(comparing=False)
        await keep(reach, beta, consumer)
        assert await position(beta, filled) == begin + EVENTS


async def test_only_marks_are_passed_over_and_no_record(resting: Pair, filled: TopicPartition) -> None:
    """Behind what was handed over there may be marks; before it was taken in they are not passed."""
    beta, reach = resting.beta, Reach()
    async with reading(beta) as consumer:
        begin = await passes_over(consumer, beta, filled, read=2)
        reach.settle()
        reach.hand(filled, begin + 3)
        await keep(reach, beta, consumer)
        assert await position(beta, filled) == begin + 2, "what was handed over is not taken in yet"

        await set_position(beta, filled, begin + 3)
        await keep(reach, beta, consumer)
        assert await position(beta, filled) == begin + EVENTS

        await set_position(beta, filled, begin + 1)
        assert await position(beta, filled) == begin + EVENTS, "a position never goes back"


async def test_after_a_move_nothing_is_believed_until_reading_is_put_back(
    resting: Pair, filled: TopicPartition
) -> None:
    beta, reach = resting.beta, Reach()
    async with reading(beta) as consumer:
        begin = await passes_over(consumer, beta, filled, read=0)
        reach.settle()
        reach.doubt()
        await keep(reach, beta, consumer)
        assert await position(beta, filled) == begin


async def test_records_that_a_mailbox_lost_are_not_passed_over_like_marks(
    stack: Stack, resting: Pair, filled: TopicPartition
) -> None:
    beta, reach = resting.beta, Reach()
    async with reading(beta) as consumer:
        consumer.assign([filled])
        begin = (await consumer.beginning_offsets([filled]))[filled]
        await set_position(beta, filled, begin)
        await asyncio.to_thread(truncate, stack, beta)
        consumer.seek(filled, begin + EVENTS)
        reach.settle()
        await keep(reach, beta, consumer)
    assert await position(beta, filled) == begin, "the peers are to be asked first"


async def test_a_database_that_expects_what_was_taken_in_is_an_older_one(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    keys = new_keys(1)
    await alpha.start()
    await beta.start()
    await alpha.say(beta.address, keys * 3)
    await quiet(alpha, beta)
    with capture_logs() as logs:
        await beta.change("update position set next_offset = next_offset - 1 where next_offset > 0")
        await alpha.say(beta.address, keys)

        async def compared() -> bool:
            return "restored.position" in [each["event"] for each in logs]

        await until(compared, seconds=20)
    await quiet(alpha, beta)
    await alpha.stop()
    await beta.stop()
