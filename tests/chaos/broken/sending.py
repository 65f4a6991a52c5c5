"""Broken senders: relays, producers and outboxes as they must not be."""

import os
import random
from collections import Counter
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from asyncpg import Connection, Record

from ieum.delivery import carry, ledger, outbox, producer, relay
from ieum.delivery.outbox import Cause, Outbox
from ieum.delivery.peers import Peers
from ieum.delivery.producer import Outgoing, Producer
from ieum.delivery.streams import FAMILY_NUMBERS, StreamKey, Streams
from ieum.errors import Poison
from ieum_contracts.catalogue import EVENT_TYPES, type_of
from ieum_contracts.message import Say
from ieum_contracts.topics import MAILBOX_PARTITIONS
from tests.chaos.broken.patching import put, rewrite


def skip_locked_relay() -> None:
    """Let every process relay, each the rows that no other has locked."""
    put(relay, "LOCK", os.getpid())
    put(carry, "BATCH_MAX", 5)
    rewrite(carry, "_READ", "order by id limit $1", "order by id limit $1 for update skip locked")
    carry_whole = carry.carry_outbox

    async def carry_locked(connection: Connection, peers: Peers, to: Producer) -> bool:
        async with connection.transaction():
            return await carry_whole(connection, peers, to)

    put(relay, "carry_outbox", carry_locked)


def id_cursor() -> None:
    """Let the relay remember the last id, and read on from there."""
    rewrite(carry, "_READ", "where not held", "where not held and id > $2")
    last = 0

    async def carry_on(connection: Connection, peers: Peers, to: Producer) -> bool:
        nonlocal last
        rows = await connection.fetch(carry._READ, carry.BATCH_MAX, last)
        outgoing = await carry._outgoing(connection, peers, rows)
        sent, _ = await carry._send(connection, to, carry._DELETE, rows, outgoing)
        if sent:
            last = rows[sent - 1]["id"]
        return len(rows) == carry.BATCH_MAX

    put(relay, "carry_outbox", carry_on)


def publish_batch() -> None:
    """Send a batch to one partition, whatever its keys say."""

    class OneBatch(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
        async def send(self, topic: str, value: bytes, **rest: Any) -> Any:
            several = len(await self.partitions_for(topic)) == MAILBOX_PARTITIONS
            partition = random.randrange(MAILBOX_PARTITIONS) if several else 0  # noqa: S311 - no secret
            return await super().send(topic, value, partition=partition, **rest)

    put(producer, "AIOKafkaProducer", OneBatch)


def delete_before_acknowledgement() -> None:
    """Delete rows when they are read; what the broker then does not take is gone."""

    async def delete_and_send(
        connection: Connection,
        to: Producer,
        delete: str,
        rows: Sequence[Record],
        outgoing: Sequence[Outgoing],
    ) -> tuple[int, Poison | None]:
        if rows:
            await connection.execute(delete, [row["id"] for row in rows])
            return await to.send(outgoing)
        return 0, None

    put(carry, "_send", delete_and_send)


def outbox_insert_dropped() -> None:
    """Forget now and then to put into the outbox what was said."""
    rewrite(
        ledger, "_WRITE", "from i where said order by o", "from i where said and random() > 0.1 order by o"
    )


_DRAW = """
insert into stream (key, peer, family, said) values ($1, $2, $3, 1)
on conflict (key, peer, family) do update set said = stream.said + 1 returning said
"""


_COUNTS: ContextVar[Counter[StreamKey]] = ContextVar("drawn", default=Counter())  # noqa: B039 - never changed


def number_without_lock() -> None:
    """Draw numbers in transactions of their own, not under the lock of the one that says it."""
    say_whole = Outbox.say
    pools: list[asyncpg.Pool] = []

    async def say(self: Outbox, connection: Connection, says: Sequence[Say], cause: Cause, now: Any) -> None:
        if not pools:
            pools.append(await _pool_beside(connection))
        await self.know(connection, says)
        drawn: Counter[StreamKey] = Counter()
        for each in says:
            family = FAMILY_NUMBERS[EVENT_TYPES[type_of(each.body)].family]
            at = StreamKey(each.key, self._peers.number(each.to), family)
            await pools[0].fetchval(_DRAW, *at)
            drawn[at] += 1
        _COUNTS.set(drawn)
        await say_whole(self, connection, says, cause, now)

    async def lock_drawn(connection: Connection, keys: Any) -> Streams:
        streams: Streams = await lock_streams(connection, keys)
        for at, count in _COUNTS.get().items():
            streams[at].said -= count
        return streams

    lock_streams = put(outbox, "lock_streams", lock_drawn)
    put(Outbox, "say", say)


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
