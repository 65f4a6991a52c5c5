"""What is committed to Kafka: how far is read, and where the feed ends; both show an older database."""

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from ieum.delivery.feed_end import FeedEnd, feed_end_of
from ieum.delivery.receiving.offset_commits import OffsetCommits
from ieum_contracts.topics import Family, topic_of
from tests.kit.delivery.agencies import Bare
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import reading

pytestmark = pytest.mark.stack

READ, END = 5, FeedEnd(uuid4(), 7)


def mailbox(agency: Bare, number: int = 0) -> TopicPartition:
    return TopicPartition(topic_of(agency.address, Family.REFERRAL), number)


def record(partition: TopicPartition, offset: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(*partition, offset, 0, 0, None, b"", None, 0, 0, ())


async def committed(consumer: AIOKafkaConsumer, partition: TopicPartition) -> tuple[int, FeedEnd | None]:
    found = await vars(consumer)["_coordinator"].fetch_committed_offsets([partition])
    return found[partition].offset, feed_end_of(found[partition].metadata)


async def test_what_is_taken_in_is_remembered_until_the_next_comparison(resting: Pair) -> None:
    offsets, partition = OffsetCommits(), mailbox(resting.beta)
    async with reading(resting.beta) as consumer:
        consumer.assign([partition])
        offsets.note([record(partition, READ - 1)])
        await offsets.commit(consumer)
        assert await committed(consumer, partition) == (READ, None)
        assert offsets.is_above({partition: READ - 1})
        assert not offsets.is_above({partition: READ})

        offsets.note([record(partition, READ)])
        offsets.compared({partition: READ})
        assert not offsets.is_above({partition: READ - 1})
        await offsets.commit(consumer)
        assert await committed(consumer, partition) == (READ, None), "the older database has not read it"

        offsets.note([record(partition, READ)])
        offsets.compared({partition: READ + 1})
        await offsets.commit(consumer)
        assert await committed(consumer, partition) == (READ + 1, None), "or Kafka would never know of it"


async def test_what_kafka_did_not_take_is_committed_the_next_time(
    resting: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    offsets, mine, anothers = OffsetCommits(), mailbox(resting.beta, 1), mailbox(resting.beta, 2)
    async with reading(resting.beta) as consumer:
        consumer.assign([mine])
        offsets.note([record(mine, READ - 2), record(mine, READ - 1), record(anothers, READ)])
        with monkeypatch.context() as busy:
            busy.setattr(consumer, "commit", _too_late)
            await offsets.commit(consumer, END)
        assert await consumer.committed(mine) is None
        await offsets.commit(consumer, END)
        assert await committed(consumer, mine) == (READ, END)
        assert await consumer.committed(anothers) is None, "it may have read further"


async def _too_late(_offsets: object) -> None:
    raise TimeoutError


async def test_where_the_feed_ends_is_told_with_offsets_and_once_without_any(resting: Pair) -> None:
    """Who only speaks commits what Kafka has already: nothing that it has not read."""
    offsets, partition = OffsetCommits(), mailbox(resting.beta, 3)
    async with reading(resting.beta) as consumer:
        await offsets.commit(consumer, END)  # it has no partition yet
        consumer.assign([partition])
        await offsets.commit(consumer, END)
        assert await committed(consumer, partition) == (0, END)
        offsets.note([record(partition, READ - 1)])
        further = END._replace(number=8)
        await offsets.commit(consumer, further)
        await offsets.commit(consumer, last := END._replace(number=9))
        assert await committed(consumer, partition) == (READ, last)
        await consumer.commit({partition: READ})
        await offsets.commit(consumer, last)
        assert await committed(consumer, partition) == (READ, None), "it was told already"
