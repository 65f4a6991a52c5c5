"""Broken senders: relays, producers and outboxes as they must not be."""

import os
import random
from collections import Counter as Counts
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from asyncpg import Connection, Record

from ieum.application.command import Submission
from ieum.application.execution import Execution
from ieum.delivery.sending import leadership, outbox, outbox_sender, producer
from ieum.delivery.sending.outbox_sender import OutboxSender
from ieum.delivery.sending.partition_queue import Outcome, Outgoing
from ieum.delivery.streams import batch_write
from ieum.delivery.streams.stream import StreamKey, Streams
from ieum_contracts.topics import MAILBOX_PARTITIONS
from tests.chaos.broken.patching import put, rewrite


def skip_locked_relay() -> None:
    """Let every process relay, each the rows that no other has locked."""
    put(leadership, "LOCK", os.getpid())
    put(outbox_sender, "BATCH_MAX", 5)
    rewrite(
        *(outbox_sender, "_NEXT", "order by peer, id limit $3\n        ) r"),
        "order by peer, id limit $3 for update skip locked\n        ) r",
    )
    turn_whole = OutboxSender.turn

    async def turn_locked(self: OutboxSender) -> int:
        """Hold the rows until they are sent and deleted, as such relays do."""
        async with self._connection.transaction():
            sent: int = await turn_whole(self)
            await self._connection.execute(_DELETE, self._sent)
            return sent

    put(OutboxSender, "turn", turn_locked)


_DELETE = "delete from outbox where id = any($1::bigint[])"


def id_cursor() -> None:
    """Let the relay remember the last id, and read on from there."""
    rewrite(
        outbox_sender,
        "_NEXT",
        "and not held and id <> all($1::bigint[])",
        "and not held and id > coalesce((select max(i) from unnest($1::bigint[]) as t (i)), 0)",
    )
    turn_whole = OutboxSender.turn
    last = 0

    async def turn_on(self: OutboxSender) -> int:
        nonlocal last
        last = max(last, *self._sent, 0)
        self._sent.append(last)
        sent: int = await turn_whole(self)
        return sent

    put(OutboxSender, "turn", turn_on)


def publish_batch() -> None:
    """Send a batch to one partition, whatever its keys say."""

    class OneBatch(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
        async def send(self, topic: str, value: bytes, **rest: Any) -> Any:
            several = len(await self.partitions_for(topic)) == MAILBOX_PARTITIONS
            partition = random.randrange(MAILBOX_PARTITIONS) if several else 0
            return await super().send(topic, value, partition=partition, **rest)

    put(producer, "AIOKafkaProducer", OneBatch)


def delete_before_acknowledgement() -> None:
    """Delete rows when they are read; what the broker then does not take is gone."""
    send_whole = OutboxSender._send

    async def delete_and_send(
        self: OutboxSender, read: Sequence[Record], outgoing: Sequence[Outgoing]
    ) -> Outcome:
        await self._connection.execute(_DELETE, [row["id"] for row in read if not row["notice"]])
        sent: Outcome = await send_whole(self, read, outgoing)
        return sent

    put(OutboxSender, "_send", delete_and_send)


def outbox_insert_dropped() -> None:
    """Forget now and then to put into the outbox what was said."""
    whole, broken = "from entry where said order by o", "from entry where said and random() > 0.1 order by o"
    rewrite(batch_write, "_ENTER", whole, broken)


_DRAW = """
update stream set said = said + 1 where key = $1 and family = 1 returning key, peer, family
"""


_COUNTS: ContextVar[Counts[StreamKey]] = ContextVar("drawn", default=Counts())  # noqa: B039 - never changed


def number_without_lock() -> None:
    """Draw numbers in transactions of their own, not under the lock of the one that says it."""
    execute_whole = Execution.execute
    pools: list[asyncpg.Pool] = []

    async def execute(self: Execution, connection: Connection, submissions: Sequence[Submission]) -> Any:
        if not pools:
            pools.append(await _pool_beside(connection))
        drawn: Counts[StreamKey] = Counts()
        for each in submissions:
            if (key := each.command.needs.referral) is not None:
                at = await pools[0].fetchrow(_DRAW, key)
                if at is not None:
                    drawn[StreamKey(*at)] += 1
        _COUNTS.set(drawn)
        return await execute_whole(self, connection, submissions)

    async def lock_drawn(connection: Connection, keys: Any) -> Streams:
        streams: Streams = await lock_streams(connection, keys)
        for at, count in _COUNTS.get().items():
            streams[at].said -= count
        return streams

    lock_streams = put(outbox, "lock_streams", lock_drawn)
    put(Execution, "execute", execute)


async def _pool_beside(connection: Any) -> asyncpg.Pool:
    """Open connections to where this one goes."""
    parameters, (host, port) = connection._params, connection._addr
    return await asyncpg.create_pool(
        host=host,
        port=port,
        user=parameters.user,
        password=parameters.password,
        database=parameters.database,
        max_size=4,
        min_size=0,
    )
