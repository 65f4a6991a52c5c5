"""A FastStream subscriber that waits only for records, and notes how far it read and since when in vain."""

import asyncio
from collections.abc import Callable
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError
from faststream.kafka.subscriber.usecase import BatchSubscriber

from ieum.delivery.connection_arguments import not_waiting_for_topics
from ieum.delivery.receiving.idleness import Idleness
from ieum.delivery.receiving.read_range import Reach

POLL_MS = 1_000
REST_SECONDS = 0.25
"""How often the offsets read are noted: each time asks for those of all partitions."""


def prompt_subscriber(reach: Reach, idleness: Idleness, moved: Callable[[], None]) -> type[BatchSubscriber]:
    """Make a subscriber class that waits only for records, and reports how far it has read.

    FastStream sleeps for the batch time-out once more when idle. When aiokafka raises, it may have skipped
    records of other partitions, so reading goes back to the positions in the database.
    """
    rested = 0.0

    class PromptSubscriber(BatchSubscriber):
        __slots__ = ()

        @property
        def builder(self) -> Callable[..., AIOKafkaConsumer]:
            """Make consumers that do not wait for a mailbox that is missing."""
            return not_waiting_for_topics(super().builder)

        async def get_msg(self, consumer: Any) -> tuple[ConsumerRecord[bytes, bytes], ...]:
            """Wait for the next records of all partitions, at most a second."""
            nonlocal rested
            now = asyncio.get_running_loop().time()
            if now - rested >= REST_SECONDS:
                rested = now
                await reach.rest(consumer)
            idleness.waits(now)
            try:
                batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=self.max_records)
            except KafkaError:
                moved()
                raise
            if batches:
                idleness.reads()
            for partition, records in batches.items():
                reach.hand(partition, records[-1].offset + 1)
            return tuple(chain(*batches.values()))

    return PromptSubscriber
