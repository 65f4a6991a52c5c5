"""A disposable Kafka producer: every await has a deadline, and a client in doubt is replaced."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from ieum.delivery.backoff import spread
from ieum.delivery.connection_arguments import connection_arguments
from ieum.delivery.limits import USUAL, Limits
from ieum.delivery.records.partitions import hash_of
from ieum.errors import Poison, Transient
from ieum.settings import Settings
from ieum_contracts.topics import MAILBOX_PARTITIONS, RECORD_BYTES_MAX

START_SECONDS_MAX = 10.0
STOP_SECONDS_MAX = 2.0
TOPIC_PAUSE_SECONDS = 0.1
BATCH_BYTES_MAX = 262144

_UNSENDABLE = (
    InvalidTopicError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to be sent."""

    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]


class Producer:
    """Sends records in order. Opens a client when it needs one and drops it when in doubt."""

    def __init__(self, settings: Settings, limits: Limits = USUAL) -> None:
        self._settings = settings
        self._limits = limits
        self._client: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()
        self._abandoned: set[asyncio.Task[None]] = set()

    async def send(self, outgoing: Sequence[Outgoing]) -> tuple[int, Poison | None]:
        """Send records and wait for their acknowledgement.

        Returns how many of the first ones were acknowledged, and a Poison for the next one if the
        broker will never accept it. Raises Transient when the broker is away: the caller sends all that
        was not acknowledged again, so a record may arrive twice, but never out of order.
        """
        futures: list[asyncio.Future[object]] = []
        poison: Poison | None = None
        try:
            async with asyncio.timeout(START_SECONDS_MAX + self._limits.send_seconds):
                async with self._opening:
                    client = await self._open()
                for record in outgoing:
                    try:
                        await _know(client, record.topic, self._limits.topic_seconds)
                        future = await client.send(
                            record.topic, record.value, key=record.key, headers=list(record.headers)
                        )
                    except _UNSENDABLE as error:
                        poison = Poison(type(error).__name__)
                        break
                    futures.append(future)
                if futures:
                    await asyncio.wait(futures)
        except (KafkaError, OSError, TimeoutError) as error:
            acknowledged = _acknowledged(futures)
            self._drop(futures)
            raise Unacknowledged(acknowledged, type(error).__name__) from error
        acknowledged = _acknowledged(futures)
        if acknowledged < len(futures):
            first = futures[acknowledged]
            failure = asyncio.InvalidStateError() if first.cancelled() else first.exception()
            self._drop(futures)
            if not isinstance(failure, _UNSENDABLE):
                raise Unacknowledged(acknowledged, type(failure).__name__)
            poison = Poison(type(failure).__name__)
        return acknowledged, poison

    async def close(self) -> None:
        """Drop the client, in bounded time."""
        client, self._client = self._client, None
        if client is not None:
            await _stop(client)

    async def _open(self) -> AIOKafkaProducer:
        if self._client is None:
            client = AIOKafkaProducer(
                **connection_arguments(self._settings),
                acks="all",
                enable_idempotence=True,
                max_batch_size=BATCH_BYTES_MAX,
                max_request_size=RECORD_BYTES_MAX,
                request_timeout_ms=int(self._limits.send_seconds * 1000),
                metadata_max_age_ms=30_000,
                partitioner=partition,
            )
            try:
                await client.start()
            except BaseException:
                self._abandon(client)
                raise
            self._client = client
        return self._client

    def _drop(self, futures: Sequence[asyncio.Future[object]]) -> None:
        for future in futures:
            if not future.done():
                future.cancel()
            elif not future.cancelled():
                future.exception()
        client, self._client = self._client, None
        if client is not None:
            self._abandon(client)

    def _abandon(self, client: AIOKafkaProducer) -> None:
        task = asyncio.create_task(_stop(client))
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)


class Unacknowledged(Transient):
    """The broker failed in the middle: the first `count` records were acknowledged."""

    def __init__(self, count: int, error: str) -> None:
        super().__init__(f"The broker acknowledged {count} records and then failed ({error}).")
        self.count = count


def partition(key: bytes, partitions: Sequence[int], _available: Sequence[int]) -> int:
    """Choose the partition as Kafka's clients do for a record with a key, among those of the contract.

    A topic that was given more partitions keeps the place of each key: the recipient checks it.
    """
    return partitions[hash_of(key) % min(len(partitions), MAILBOX_PARTITIONS)]


def _acknowledged(futures: Sequence[asyncio.Future[object]]) -> int:
    """Count the acknowledged ones before the first that was not."""
    for index, future in enumerate(futures):
        if not future.done() or future.cancelled() or future.exception() is not None:
            return index
    return len(futures)


async def _know(client: AIOKafkaProducer, topic: str, seconds: float) -> None:
    """Wait a little for a topic that is not known yet: the client itself would delay all others for long.

    Raises UnknownTopicOrPartitionError, or KafkaConnectionError when no broker answers.
    """
    cluster = client.client.cluster
    until = asyncio.get_running_loop().time() + seconds
    while cluster.partitions_for_topic(topic) is None and topic not in cluster.unauthorized_topics:
        client.client.add_topic(topic)
        if not await client.client.force_metadata_update():
            raise KafkaConnectionError("No broker answers.")
        if cluster.partitions_for_topic(topic) is None:
            if asyncio.get_running_loop().time() > until:
                raise UnknownTopicOrPartitionError(topic)
            await asyncio.sleep(spread(TOPIC_PAUSE_SECONDS))


async def _stop(client: AIOKafkaProducer) -> None:
    """Stop a client; one that cannot flush, because the broker is silent, would else try for ever."""
    sender = client._sender  # noqa: SLF001 no other way to end it
    for end in (client.stop, sender.close, client.client.close):
        with suppress(KafkaError, OSError, TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await end()
