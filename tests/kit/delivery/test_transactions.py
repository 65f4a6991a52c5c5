"""What a transaction of Kafka has aborted is not applied, and its marks keep nothing waiting."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource
from structlog.testing import capture_logs

from ieum.delivery.records.partitions import partition_of
from ieum.delivery.recovering.restore import ask_what_is_lost
from ieum.delivery.streams.positions import read_positions
from ieum_contracts.delivery import StreamHeads
from ieum_contracts.referral import ReferralAmended
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, limited, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack


async def produce_in_transaction(stack: Stack, records: list[wire.Raw], *, commit: bool) -> None:
    """Produce records in one transaction, and end it or abort it."""
    async with transaction(stack, records) as producer:
        await (producer.commit_transaction() if commit else producer.abort_transaction())


@asynccontextmanager
async def transaction(stack: Stack, records: list[wire.Raw]) -> AsyncIterator[AIOKafkaProducer]:
    """Produce records in one transaction, and leave it open meanwhile."""
    producer = AIOKafkaProducer(**wire.as_admin(stack), transactional_id=f"test-{records[0].topic}")
    await producer.start()
    try:
        await producer.begin_transaction()
        for record in records:
            place = {"key": record.key, "partition": record.partition, "headers": list(record.headers)}
            await producer.send_and_wait(record.topic, record.value, **place)
        yield producer
    finally:
        await producer.stop()


async def effects(agency: Bare, key: object) -> list[object]:
    rows = await agency.rows("select sequence from effect where key = $1 order by o", key)
    return [row["sequence"] for row in rows]


async def read_to_its_end(agency: Bare) -> bool:
    """Say whether the database knows every partition to be read as far as it goes."""
    assert agency.delivery is not None
    ends = await agency.delivery._consumer.ends()
    async with agency.database.acquire() as connection:
        read = await read_positions(connection)
    return all(read.get(place, 0) >= end for place, end in ends.items())


async def test_what_was_aborted_is_not_applied_and_what_was_committed_is(stack: Stack, pair: Pair) -> None:
    alpha, beta = pair.alpha, pair.beta
    [key, other] = new_keys(2)
    first, second = [wire.event(alpha.address, beta.address, key, n, ReferralAmended()) for n in (1, 2)]
    aborted = wire.event(alpha.address, beta.address, other, 1, ReferralAmended())
    await produce_in_transaction(stack, [aborted], commit=False)
    await produce_in_transaction(stack, [first], commit=True)
    await produce_in_transaction(stack, [aborted], commit=False)
    wire.produce(stack, [second])

    async def heard() -> bool:
        return await effects(beta, key) == [1, 2]

    await until(heard)
    assert await effects(beta, other) == []
    assert not await beta.rows("select from quarantine")


async def test_a_mailbox_that_ends_with_a_mark_is_read_to_its_end(stack: Stack, pair: Pair) -> None:
    alpha, beta = pair.alpha, pair.beta
    [key] = new_keys(1)
    say = wire.event(alpha.address, beta.address, key, 1, ReferralAmended())
    await produce_in_transaction(stack, [say], commit=True)
    await produce_in_transaction(stack, [say], commit=False)

    async def whole() -> bool:
        return await effects(beta, key) == [1] and await read_to_its_end(beta)

    await until(whole)
    await beta.stop()
    await beta.start()
    await until(whole)
    assert beta.delivery is not None
    assert await beta.delivery.problems() == []
    keys = new_keys(20)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta, keys=keys)


async def test_heads_are_answered_though_the_mailboxes_end_with_marks(stack: Stack, pair: Pair) -> None:
    alpha, beta = pair.alpha, pair.beta
    [key] = new_keys(1)
    await alpha.say(beta.address, [key])
    await quiet(alpha, beta, keys=[key])
    for body in (ReferralAmended(), StreamHeads(heads=())):
        marked = wire.event(alpha.address, beta.address, key, 2, body)
        partition = 0 if isinstance(body, StreamHeads) else marked.partition
        await produce_in_transaction(stack, [replace(marked, partition=partition)], commit=False)
    with capture_logs() as logs:
        async with alpha.database.acquire() as connection, connection.transaction():
            await ask_what_is_lost(connection, alpha.context, alpha.clock())
        assert alpha.delivery is not None
        alpha.delivery.wake()

        async def answered() -> bool:
            return "heads.answered" in [each["event"] for each in logs]

        await until(answered, seconds=30)


@pytest_asyncio.fixture(loop_scope="session")
async def watchful(pair: Pair) -> AsyncIterator[Pair]:
    """Let beta, which runs, see after two seconds what stands still."""
    await pair.beta.stop()
    with limited(pair.beta, look_seconds=0.5, still_seconds=2.0):
        await pair.beta.start()
        yield pair
        await pair.beta.stop()
    await pair.beta.start()


async def test_a_partition_that_stands_still_is_named_by_health_and_the_others_go_on(
    stack: Stack, watchful: Pair
) -> None:
    alpha, beta = watchful.alpha, watchful.beta
    [key] = new_keys(1)
    say = wire.event(alpha.address, beta.address, key, 1, ReferralAmended())
    named = f"Partition {say.partition} of {say.topic} stands still"

    async def unready() -> bool:
        assert beta.delivery is not None
        return any(each.startswith(named) for each in await beta.delivery.problems())

    async def ready() -> bool:
        return not await unready()

    async with transaction(stack, [say]) as producer:
        await until(unready)
        others = [other for other in new_keys(40) if partition_of(str(other).encode()) != say.partition]
        await alpha.say(beta.address, others)
        await quiet(alpha, beta, keys=others)
        await producer.commit_transaction()
    await until(ready)
    assert await effects(beta, key) == [1]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_compressed_records_are_read(stack: Stack, pair: Pair, codec: str) -> None:
    alpha, beta = pair.alpha, pair.beta
    [key] = new_keys(1)
    say = [wire.event(alpha.address, beta.address, key, n, ReferralAmended()) for n in range(1, 30)]
    compress(stack, say[0].topic, codec)
    try:
        wire.produce(stack, say, compression=codec)

        async def heard() -> bool:
            return await effects(beta, key) == list(range(1, 30))

        await until(heard)
    finally:
        compress(stack, say[0].topic, "uncompressed")


def compress(stack: Stack, topic: str, codec: str) -> None:
    """Change the compression of a topic, as somebody at the broker might."""
    change = ConfigEntry("compression.type", codec, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[change])
    admin = AdminClient(admin_settings(stack.kafka.record))
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(timeout=10)
