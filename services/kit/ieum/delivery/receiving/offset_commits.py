"""Offsets that this process has taken in: a hint for Kafka, and how an older database is noticed."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

COMMIT_SECONDS = 1.0


class OffsetCommits:
    """The next offset of each partition by this process's own transactions; the table `position` decides."""

    def __init__(self) -> None:
        self.taken: dict[TopicPartition, int] = {}
        """What was committed to the database since the last comparison with Kafka."""
        self._uncommitted: dict[TopicPartition, int] = {}

    def note(self, records: Iterable[ConsumerRecord[bytes, bytes]]) -> None:
        """Note records whose transaction is committed."""
        for record in records:
            self._uncommitted[TopicPartition(record.topic, record.partition)] = record.offset + 1
        self.taken.update(self._uncommitted)

    def is_above(self, expected: Mapping[TopicPartition, int]) -> bool:
        """Whether the database expects offsets that this process has taken in: then it is an older one."""
        return any(self.taken.get(partition, 0) > offset for partition, offset in expected.items())

    async def commit(self, consumer: AIOKafkaConsumer) -> None:
        """Commit to Kafka; a lost commit does no harm."""
        uncommitted, self._uncommitted = self._uncommitted, {}
        if uncommitted:
            with suppress(Exception):
                async with asyncio.timeout(COMMIT_SECONDS):
                    await consumer.commit(uncommitted)
