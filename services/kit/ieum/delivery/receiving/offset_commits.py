"""Offsets that this process has taken in: a hint for Kafka, and how an older database is noticed."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from ieum.delivery.feed_end import FeedEnd

COMMIT_SECONDS = 1.0


class OffsetCommits:
    """The next offset of each partition by this process's own transactions; the table `position` decides."""

    def __init__(self) -> None:
        self.taken: dict[TopicPartition, int] = {}
        """What was committed to the database since the last comparison with Kafka."""
        self._uncommitted: dict[TopicPartition, int] = {}
        self._told: FeedEnd | None = None

    def note(self, records: Iterable[ConsumerRecord[bytes, bytes]]) -> None:
        """Note records whose transaction is committed."""
        for record in records:
            self._uncommitted[TopicPartition(record.topic, record.partition)] = record.offset + 1
        self.taken.update(self._uncommitted)

    def compared(self, positions: Mapping[TopicPartition, int]) -> None:
        """Forget what the database has not: it has been compared, and decides from now on.

        What it has is still to be committed: without any offset Kafka seems to have forgotten them.
        """
        self.taken.clear()
        self._uncommitted = {
            partition: offset
            for partition, offset in self._uncommitted.items()
            if offset <= positions.get(partition, 0)
        }

    def is_above(self, expected: Mapping[TopicPartition, int]) -> bool:
        """Whether the database expects offsets that this process has taken in: then it is an older one."""
        return any(self.taken.get(partition, 0) > offset for partition, offset in expected.items())

    async def commit(self, consumer: AIOKafkaConsumer, feed_end: FeedEnd | None = None) -> None:
        """Commit to Kafka, with where the feed ends; what fails is committed the next time.

        A partition that is assigned to another instance by now is left out: what it heard is further.
        """
        due, self._uncommitted = self._uncommitted, {}
        due = {partition: due[partition] for partition in due.keys() & consumer.assignment()}
        committed = False
        with suppress(Exception):
            async with asyncio.timeout(COMMIT_SECONDS):
                if not due and feed_end != self._told:
                    due = await _as_committed(consumer)
                if due:
                    metadata = str(feed_end or "")
                    await consumer.commit({each: OffsetAndMetadata(due[each], metadata) for each in due})
                    self._told = feed_end
            committed = True
        if not committed:
            self._uncommitted = {**due, **self._uncommitted}


async def _as_committed(consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    """Return one of the partitions with the offset that Kafka has; empty when none is assigned."""
    for partition in sorted(consumer.assignment())[:1]:
        return {partition: await consumer.committed(partition) or 0}
    return {}
