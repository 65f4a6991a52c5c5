"""The one FastStream subscriber: reads batches of records and hands them on."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage
from faststream.security import SASLScram512

from ieum.delivery.connection_arguments import ssl_context
from ieum.delivery.limits import Limits
from ieum.delivery.receiving.idleness import Idleness
from ieum.delivery.receiving.prompt_subscriber import prompt_subscriber
from ieum.delivery.receiving.read_range import Reach
from ieum.delivery.running_consumer import renew_login
from ieum.errors import Transient
from ieum.settings import Settings
from ieum_contracts.topics import login

BATCH_MAX = 500
FETCH_WAIT_MS = 1_000
"""How long the broker keeps a question open while there is nothing: reading continues elsewhere only then."""
FETCH_BYTES_MAX = 512 * 1024
"""Of one partition at a time: the largest records come two a turn, and those of others between them."""
SESSION_MS = 10_000
STOP_SECONDS_MAX, RENEW_SECONDS = 8.0, 5.0

Records = Sequence[ConsumerRecord[bytes, bytes]]


class _Moves:
    """Is called when partitions are revoked or assigned, before anything is read from new ones."""

    def __init__(self, moved: Callable[[], None]) -> None:
        self._moved = moved

    def on_partitions_revoked(self, _revoked: set[TopicPartition]) -> None:
        """Pass on that partitions are revoked."""
        self._moved()

    def on_partitions_assigned(self, _assigned: set[TopicPartition]) -> None:
        """Pass on that partitions are assigned."""
        self._moved()


ConsumerRebalanceListener.register(_Moves)  # its module has no types, so it cannot be inherited from


class Mailboxes:
    """The agency's mailboxes, read by one subscriber; `take` gets every batch and must not raise.

    `moved` is called after every rebalance of the group; `reach` notes how far is read.
    """

    def __init__(
        self,
        settings: Settings,
        topics: Sequence[str],
        take: Callable[[Records], Awaitable[None]],
        moved: Callable[[], None],
        reach: Reach,
        *,
        limits: Limits,
    ) -> None:
        self._settings, self._topics, self._limits = settings, topics, limits
        self._take, self._moved, self._reach, self.idleness = take, moved, reach, Idleness()
        self._connect()

    def _connect(self) -> None:
        self._failed = False
        self._broker = _broker(self._settings, self._limits)
        self._subscriber = self._broker.subscriber(
            *self._topics,
            batch=True,
            max_records=BATCH_MAX,
            group_id=login(self._settings.address),
            listener=_Moves(self._moved),
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=FETCH_BYTES_MAX,
            session_timeout_ms=SESSION_MS,
            partition_assignment_strategy=(RangePartitionAssignor,),
            parser=self._parse,
            decoder=_decode,
        )
        kind = prompt_subscriber(self._reach, self.idleness, self._moved)
        object.__setattr__(self._subscriber, "__class__", kind)
        self._subscriber(self._take)

    @property
    def consumer(self) -> AIOKafkaConsumer:
        """The underlying consumer, to seek and to commit; raises Transient before the start."""
        consumer = self._subscriber.consumer
        if consumer is None or vars(consumer)["_fetcher"] is None:  # it is there before it has started
            raise Transient("The consumer is not connected to Kafka yet; it will retry by itself.")
        return consumer

    def renew_login(self) -> None:
        """Use what the files of the login hold today for new connections; raises OSError or Transient."""
        renew_login(self.consumer, self._settings)

    async def topics(self) -> set[str]:
        """List the topics that the broker shows to this agency now; raises KafkaError or Transient."""
        return set(await self.consumer.topics())

    async def start(self) -> None:
        """Connect and start reading; raises Transient when the broker is away.

        Each try has a client of its own, which logs in with the password of then.
        """
        try:
            if self._failed:
                self._connect()
            await self._started()
        except (KafkaError, OSError) as error:
            self._failed, consumer = True, self._subscriber.consumer
            with suppress(Exception):
                await self._broker.stop()
            if consumer is not None:
                with suppress(Exception):  # one that has not started is not stopped with the broker
                    await consumer.stop()
            raise Transient(f"Kafka is not reachable ({type(error).__name__}).") from error

    async def _started(self) -> None:
        """Start the client; one that waits for its group logs in there with the password of today."""
        starting = asyncio.ensure_future(self._broker.start())
        try:
            while not (await asyncio.wait([starting], timeout=RENEW_SECONDS))[0]:
                if self._subscriber.consumer is not None:
                    renew_login(self._subscriber.consumer, self._settings)
            await starting
        finally:
            starting.cancel()
            await asyncio.wait([starting])

    async def stop(self) -> None:
        """Finish the current batch, then leave the group; does not wait for a broker that is away."""
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await self._broker.stop()

    async def replace_client(self) -> None:
        """End the client and make a new one, which is to be started."""
        await self.stop()
        self._connect()
        self._moved()

    def rewind(self, records: Records, but: Collection[tuple[str, int]] = ()) -> None:
        """Read these records again, except in partitions that are rewound further already."""
        for record in reversed(records):
            if (record.topic, record.partition) not in but:
                self.seek(TopicPartition(record.topic, record.partition), record.offset)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Continue at another offset; no effect when another instance reads the partition by now."""
        with suppress(IllegalStateError, Transient):
            self.consumer.seek(partition, offset)

    @property
    def reading(self) -> bool:
        """Whether the task that reads runs and the group has given it partitions."""
        consumer = self._subscriber.consumer
        running = any(not task.done() for task in self._subscriber.tasks)
        return running and consumer is not None and bool(consumer.assignment())

    async def _parse(self, records: tuple[ConsumerRecord[bytes, bytes], ...]) -> KafkaMessage:
        """Wrap records without parsing them: content from outside must not raise here."""
        return KafkaMessage(body=b"", raw_message=records, consumer=self.consumer)


async def _decode(message: KafkaMessage) -> Records:
    return message.raw_message


def _broker(settings: Settings, limits: Limits) -> KafkaBroker:
    return KafkaBroker(
        settings.kafka_bootstrap.split(","),  # as one string, FastStream takes several for one host
        security=SASLScram512(
            username=settings.kafka_username,
            password=settings.kafka_secret(),
            use_ssl=settings.kafka_protocol == "SASL_SSL",
            ssl_context=ssl_context(settings),
        ),
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        logger=None,
        metadata_max_age_ms=int(limits.metadata_seconds * 1000),
        request_timeout_ms=int(limits.answer_seconds * 1000),
    )
