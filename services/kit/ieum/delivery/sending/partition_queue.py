"""Records for one partition: sent in order, and acknowledged apart from those of all other partitions."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from ieum.errors import Poison

UNSENDABLE = (
    InvalidTopicError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
Place = tuple[str, int]
"""A topic and a partition of it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to be sent."""

    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of records, each by its place in what was given.

    `acknowledged` ones are the broker's. `refused` says of a topic why the broker will never take the first
    record for it that was not acknowledged. `away` are the others of partitions that nobody leads, or that
    did not answer while others did; they are to be sent later, before anything else for their partition.
    """

    acknowledged: Collection[int] = ()
    refused: Mapping[str, Poison] = field(default_factory=dict)
    away: Mapping[Place, Sequence[int]] = field(default_factory=dict)


class PartitionQueue:
    """The records of one partition while they are sent; `indexes` are their places in what was given."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.indexes: list[int] = []
        self.failure: BaseException | None = None
        self._records: list[Outgoing] = []
        self._futures: list[asyncio.Future[object]] = []

    def add(self, index: int, record: Outgoing) -> None:
        """Add a record behind all others."""
        self.indexes.append(index)
        self._records.append(record)

    @property
    def done(self) -> int:
        """How many have come to an end: a number that grows while the broker answers."""
        return sum(future.done() for future in self._futures)

    @property
    def acknowledged(self) -> int:
        """How many were acknowledged before the first that was not."""
        return count_acknowledged(self._futures)

    @property
    def in_doubt(self) -> bool:
        """Whether the client took something that was not acknowledged: its numbers may have a gap then."""
        return self.acknowledged < len(self._futures)

    @property
    def exceeds_batch(self) -> bool:
        """Whether the broker found a batch too large, whose records may be small enough one by one."""
        return self.in_doubt and isinstance(self.failure, MessageSizeTooLargeError)

    async def send(self, client: AIOKafkaProducer, *, singly: bool) -> None:
        """Send all, in batches or one by one, and wait until the broker has answered."""
        try:
            for record in self._records:
                future = await client.send(
                    record.topic, record.value, key=record.key, headers=list(record.headers)
                )
                self._futures.append(future)
                if singly:
                    await asyncio.wait([future])
                    if not count_acknowledged([future]):
                        break
        except (KafkaError, OSError) as error:
            self.failure = error
        if self._futures:
            await asyncio.wait(self._futures)

    def ended(self) -> bool:
        """Note why not all was acknowledged; returns whether the broker has said so, or all was."""
        acknowledged = self.acknowledged
        if acknowledged < len(self._futures):
            first = self._futures[acknowledged]
            certain = first.done() and not first.cancelled()
            self.failure = (first.exception() if certain else None) or TimeoutError()
        elif acknowledged < len(self._records) and self.failure is None:
            self.failure = TimeoutError()
        return self.failure is None or isinstance(self.failure, UNSENDABLE)

    def forget(self) -> None:
        """Let go of what is still waited for."""
        for future in self._futures:
            if not future.done():
                future.cancel()
            elif not future.cancelled():
                future.exception()


def count_acknowledged(futures: Sequence[asyncio.Future[object]]) -> int:
    """Count the acknowledged ones before the first that was not."""
    for index, future in enumerate(futures):
        if not future.done() or future.cancelled() or future.exception() is not None:
            return index
    return len(futures)


def queues_of(
    outgoing: Sequence[Outgoing], place_of: Callable[[Outgoing], Place | None]
) -> dict[Place, PartitionQueue]:
    """Sort records by partition, in their order; without those that have no place."""
    queues: dict[Place, PartitionQueue] = {}
    for index, record in enumerate(outgoing):
        place = place_of(record)
        if place is not None:
            if place not in queues:
                queues[place] = PartitionQueue(place)
            queues[place].add(index, record)
    return queues
