"""A disposable Kafka producer: every await has a deadline, and a client in doubt is replaced."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from ieum.delivery.connection_arguments import connection_arguments
from ieum.delivery.limits import USUAL, Limits
from ieum.delivery.sending.away_partitions import AwayPartitions
from ieum.delivery.sending.client_calls import refresh, stop_client
from ieum.delivery.sending.partition_places import (
    FIRST_PARTITION,
    is_known,
    partition,
    partitions_by,
    place_of,
    takes_records,
)
from ieum.delivery.sending.partition_queue import Outcome, Outgoing, PartitionQueue, Place, queues_of
from ieum.errors import Poison, Transient
from ieum.settings import Settings
from ieum_contracts.topics import RECORD_BYTES_MAX

START_SECONDS_MAX = 10.0
BATCH_BYTES_MAX = 262144
LOOK_SECONDS_MAX = 1.0
"""For looking at partitions that are away: the session that holds the lock must not look idle meanwhile."""


class Producer:
    """Sends records, in order within a partition. Opens a client when needed, and drops it when in doubt."""

    def __init__(self, settings: Settings, limits: Limits = USUAL) -> None:
        self._settings = settings
        self._limits = limits
        self._client: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()
        self._abandoned: set[asyncio.Task[None]] = set()
        self._tracked: set[str] = set()
        self._unknown: dict[str, float] = {}
        self._away = AwayPartitions()
        self._singly: set[Place] = set()
        """Partitions whose topic takes smaller batches than ours: each record is a batch of its own."""

    async def send(self, outgoing: Sequence[Outgoing]) -> Outcome:
        """Send records and wait for their acknowledgement; no partition waits for another one.

        Raises Transient when the broker takes nothing at all. The caller sends all that was not acknowledged
        again, so a record may arrive twice, but never out of order.
        """
        queues: Mapping[Place, PartitionQueue] = {}
        refused: dict[str, Poison] = {}
        failure = ""
        try:
            async with asyncio.timeout(START_SECONDS_MAX + self._limits.send_seconds):
                async with self._opening:
                    client = await self._open()
                topics = {record.topic for record in outgoing}
                refused = await self._unknown_topics(client, topics)
                partitions = partitions_by(client.client.cluster, topics - refused.keys())
                queues = queues_of(outgoing, partial(place_of, partitions))
                await self._leave_out(client, queues)
                await self._sent(client, [each for place, each in queues.items() if place not in self._away])
        except (KafkaError, OSError, TimeoutError) as error:
            failure = type(error).__name__
        return self._outcome(queues, refused, failure)

    async def some_are_back(self) -> bool:
        """Look again at the partitions that are left out; returns whether one of them can be tried."""
        if not self._away.look_is_due(_now()):
            return False
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS_MAX):
                async with self._opening:
                    client = await self._open()
                await refresh(client)
                cluster = client.client.cluster
                return self._away.try_again(_now(), lambda place: takes_records(cluster, place))
        return False

    async def close(self) -> None:
        """Drop the client, in bounded time."""
        client, self._client = self._client, None
        if client is not None:
            await stop_client(client)

    async def _unknown_topics(self, client: AIOKafkaProducer, topics: Collection[str]) -> dict[str, Poison]:
        """Return the topics that the brokers do not know; one is not asked for again for a while.

        Without this the client itself would delay all others for long. One that has just been made is found
        by the next look at what is left out. Raises KafkaConnectionError.
        """
        cluster = client.client.cluster
        untracked = {*topics} - self._tracked
        for topic in untracked:
            client.client.add_topic(topic)
        unknown = {each for each in topics if not is_known(cluster, each)}
        asked = {each for each in unknown if self._unknown.get(each, 0.0) <= _now()}
        if untracked or asked:
            await refresh(client)
            self._tracked |= untracked
            unknown = {each for each in unknown if not is_known(cluster, each)}
        for topic in unknown & asked:
            self._unknown[topic] = _now() + self._limits.topic_seconds
            if (place := (topic, FIRST_PARTITION)) not in self._away:
                self._away.add(place, _now())
        return dict.fromkeys(unknown, Poison(UnknownTopicOrPartitionError.__name__))

    async def _leave_out(self, client: AIOKafkaProducer, places: Collection[Place]) -> None:
        """Leave out the partitions that nobody leads: a client would wait for each of them."""
        cluster = client.client.cluster
        tried = [place for place in places if place not in self._away]
        if all(takes_records(cluster, place) for place in tried):
            return
        await refresh(client)
        for place in tried:
            if not takes_records(cluster, place):
                self._away.add(place, _now())

    async def _sent(self, client: AIOKafkaProducer, queues: Sequence[PartitionQueue]) -> None:
        """Send all queues side by side; ends when all are, or when some are and the others stand still."""
        tasks = [asyncio.create_task(each.send(client, singly=each.place in self._singly)) for each in queues]
        try:
            pending, done = set(tasks), 0
            while pending:
                _, pending = await asyncio.wait(pending, timeout=self._limits.stall_seconds)
                before, done = done, sum(each.done for each in queues)
                if pending and done == before and any(each.acknowledged for each in queues):
                    return
        finally:
            for task in tasks:
                task.cancel()

    def _outcome(
        self, queues: Mapping[Place, PartitionQueue], refused: dict[str, Poison], failure: str
    ) -> Outcome:
        acknowledged: list[int] = []
        away: dict[Place, Sequence[int]] = {}
        stuck: list[PartitionQueue] = []
        for place, queue in queues.items():
            count = queue.acknowledged
            acknowledged += queue.indexes[:count]
            if place in self._away:
                away[place] = queue.indexes
            elif not queue.ended():
                stuck.append(queue)
                away[place] = queue.indexes[count:]
            elif queue.exceeds_batch and place not in self._singly:
                self._singly.add(place)  # what is not named in the outcome is sent again
            elif queue.failure is not None:
                refused.setdefault(place[0], Poison(type(queue.failure).__name__))
            else:
                self._away.answered(place)
        if failure or any(queue.in_doubt for queue in queues.values()):
            self._drop(queues.values())
        if (stuck or failure) and not acknowledged:
            raise Transient(f"The broker took nothing ({failure or type(stuck[0].failure).__name__}).")
        for queue in stuck:
            self._away.add(queue.place, _now())
        return Outcome(acknowledged, refused, away)

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
            self._client, self._tracked = client, set()
        return self._client

    def _drop(self, queues: Iterable[PartitionQueue]) -> None:
        for queue in queues:
            queue.forget()
        client, self._client = self._client, None
        if client is not None:
            self._abandon(client)

    def _abandon(self, client: AIOKafkaProducer) -> None:
        task = asyncio.create_task(stop_client(client))
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)


def _now() -> float:
    return asyncio.get_running_loop().time()
