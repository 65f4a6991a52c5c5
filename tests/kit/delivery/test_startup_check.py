"""At its start an agency compares its positions with Kafka: whoever is behind, or was cut, asks its peers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata
from confluent_kafka.admin import AdminClient

from ieum.delivery.blocked.source_breaker import COMPARING
from ieum.delivery.feed_end import FeedEnd, note_doubted_end, read_feed_end
from ieum.delivery.records.partitions import partition_of
from ieum.delivery.recovering.startup_check import check_positions, rewind_to_positions
from ieum.delivery.restore_check import RestoreCheck
from ieum.delivery.streams.positions import read_positions
from ieum_contracts.delivery import StreamHeadsAsked
from ieum_contracts.referral import ReferralAmended
from ieum_contracts.topics import Family, login, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, new_keys, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import peer_of, reading, take_notices
from tests.kit.delivery.test_truncated import truncate

pytestmark = pytest.mark.stack

ALL = """
truncate position, source, notice, heads_ask, stream, ledger, outbox, feed;
update feed_epoch set epoch = default, doubted_end = null
"""
AT = """
insert into position (family, partition, next_offset) values (1, $1, $2)
on conflict (family, partition) do update set next_offset = excluded.next_offset
"""
SAID = """
insert into feed (key, peer, family, said, sequence)
select gen_random_uuid(), 1, 1, true, 1 from generate_series(1, $1::integer)
"""
EVENTS = 4
WAITING = """
select exists (
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
)
"""


@pytest_asyncio.fixture(loop_scope="session")
async def beta(resting: Pair) -> AsyncIterator[Bare]:
    """Give an agency that knows alpha as a peer and has read nothing."""
    await peer_of(resting.beta, resting.alpha)
    await resting.beta.change(ALL)
    yield resting.beta
    await resting.beta.change(ALL)
    resting.beta.context.restore_check.settle(comparing=False)


def fill(stack: Stack, resting: Pair) -> TopicPartition:
    """Put events into one partition of beta's mailbox."""
    [key] = new_keys(1)
    source, me = resting.alpha.address, resting.beta.address
    wire.produce(stack, [wire.event(source, me, key, n, ReferralAmended()) for n in range(1, EVENTS + 1)])
    return TopicPartition(topic_of(me, Family.REFERRAL), partition_of(str(key).encode()))


async def check(agency: Bare, taken: dict[TopicPartition, int] | None = None) -> dict[int, int]:
    """Compare, and return the positions of the mailbox of referrals after that."""
    async with reading(agency) as consumer:
        await check_positions(agency.context, consumer, taken or {})
    async with agency.database.acquire() as connection:
        positions = await read_positions(connection)
    return {partition: offset for (family, partition), offset in positions.items() if family == 1}


async def commit(agency: Bare, partition: TopicPartition, offset: int, metadata: str = "") -> None:
    """Let Kafka know that an agency has read so far."""
    async with reading(agency) as consumer:
        consumer.assign([partition])
        await consumer.commit({partition: OffsetAndMetadata(offset, metadata)})


async def asked(agency: Bare) -> bool:
    return any(isinstance(each, StreamHeadsAsked) for each in await take_notices(agency))


async def waits_for_a_lock(agency: Bare) -> bool:
    return bool(await agency.value(WAITING))


async def test_a_mailbox_that_ends_before_what_was_read_is_read_anew_and_peers_are_asked(beta: Bare) -> None:
    await beta.change(AT, 0, 5_000)
    assert await check(beta) == {0: 0}
    assert await asked(beta)
    assert await beta.value("select count(*) from source where held is not null") == 0


async def test_of_two_that_find_a_mailbox_anew_the_second_sets_nothing_back(beta: Bare) -> None:
    """Between its first look and its turn another instance has gone back, and taken something in."""
    await beta.change(AT, 0, 5_000)
    async with beta.database.acquire() as other:
        async with other.transaction():
            await other.execute(AT, 0, 1)
            checking = asyncio.create_task(check(beta))
            await until(lambda: waits_for_a_lock(beta))
        assert await checking == {0: 1}
    assert not await asked(beta)
    assert await beta.value("select count(*) from source where held is not null") == 0


async def test_a_mailbox_that_begins_after_what_was_read_is_gone_on_with_and_peers_are_asked(
    stack: Stack, resting: Pair, beta: Bare
) -> None:
    partition = await asyncio.to_thread(fill, stack, resting)
    await asyncio.to_thread(truncate, stack, beta)
    assert (await check(beta))[partition.partition] == EVENTS
    assert await asked(beta)


async def test_a_database_behind_kafka_or_behind_what_this_process_took_in_is_compared(
    stack: Stack, resting: Pair, beta: Bare
) -> None:
    partition = await asyncio.to_thread(fill, stack, resting)
    async with reading(beta) as consumer:
        end = (await consumer.end_offsets([partition]))[partition]
    at = partition.partition
    await commit(beta, partition, end - 1)
    await beta.change(AT, at, end - 1)
    assert (await check(beta))[at] == end - 1
    assert await beta.value("select count(*) from source") == 0, "it was not read to its end yet"

    await check(beta, taken={partition: end})
    assert await beta.value("select held from source") == COMPARING
    await beta.change("truncate source, notice")

    await commit(beta, partition, end)
    await check(beta)
    assert await beta.value("select held from source") == COMPARING
    assert await asked(beta)


async def test_a_database_is_compared_when_kafka_has_forgotten_how_far_it_was_read(
    stack: Stack, resting: Pair, beta: Bare
) -> None:
    """A week after a group was last there its offsets expire; the database may be of any day since."""
    partition = await asyncio.to_thread(fill, stack, resting)
    await commit(beta, partition, 1)
    await asyncio.to_thread(forget_offsets, stack, beta)
    await check(beta)
    assert await beta.value("select count(*) from source") == 0, "it has not read anything"

    await beta.change(AT, partition.partition, 1)
    await check(beta)
    assert await beta.value("select held from source") == COMPARING
    assert await asked(beta)


async def test_a_database_whose_feed_once_ended_further_is_compared(resting: Pair, beta: Bare) -> None:
    """Since its backup it has only spoken, so its positions are all that Kafka has."""
    read, number = max((offset, number) for number, offset in {0: 0, **await check(beta)}.items())
    partition = TopicPartition(topic_of(beta.address, Family.REFERRAL), number)
    await beta.change("truncate source, notice")
    await beta.say(resting.alpha.address, new_keys(2))  # they have no numbers in the feed yet
    end = await feed_end(beta)
    assert end.number == await beta.value("select count(*) from feed")
    further = end._replace(number=end.number + 1)
    for metadata in ("", "another's", "feed", str(end)):
        await commit(beta, partition, read, metadata)
        await check(beta)
    await commit(beta, partition, read, str(further._replace(epoch=uuid4())))
    await check(beta)
    assert await beta.value("select count(*) from source") == 0, "the database knows all of it"

    await commit(beta, partition, read, str(further))
    await check(beta)
    assert await beta.value("select held from source") == COMPARING
    assert await asked(beta)
    assert (await feed_end(beta)).epoch != end.epoch

    await beta.change("truncate source")
    await check(beta)
    assert await beta.value("select count(*) from source") == 0, "it was compared already"


async def test_a_feed_that_this_process_saw_end_further_is_compared(resting: Pair, beta: Bare) -> None:
    """The database fails over to an older copy under a process that had no time to tell Kafka."""
    seen = beta.context.restore_check
    await check(beta)
    end = await feed_end(beta)
    assert seen.feed_end == end
    seen.note_feed(further := end._replace(number=end.number + 1))
    seen.doubt()
    seen.note_feed(end)
    assert seen.feed_end == further, "a database in doubt says nothing about the truth"
    await check(beta)
    assert await beta.value("select held from source") == COMPARING
    assert seen.feed_end == await feed_end(beta)


async def test_what_is_said_before_the_comparison_does_not_hide_what_is_forgotten(beta: Bare) -> None:
    """While Kafka is away for long, orders are served in a database that may be older than what was seen."""
    await check(beta)
    await beta.change("truncate source")
    seen, end = beta.context.restore_check, await feed_end(beta)
    seen.note_feed(end._replace(number=end.number + 1))
    seen.doubt()
    await note_doubt(beta)
    await beta.change(SAID, 2)
    await note_doubt(beta)
    await check(beta)
    assert await beta.value("select held from source") == COMPARING
    await beta.change("truncate source")
    await check(beta)
    assert await beta.value("select count(*) from source") == 0


async def test_what_another_instance_said_after_its_comparison_makes_no_database_older(beta: Bare) -> None:
    """The first end counts until anybody has compared the database, and for nobody after that."""
    read, number = max((offset, number) for number, offset in {0: 0, **await check(beta)}.items())
    await beta.change("truncate source")
    beta.context.restore_check.doubt()
    await note_doubt(beta)
    await beta.change(SAID, 2)  # without knowing, while Kafka was away
    mine = beta.context
    beta.context = replace(mine, restore_check=RestoreCheck())
    await check(beta)
    beta.context = mine
    await beta.change(SAID, 2)
    partition = TopicPartition(topic_of(beta.address, Family.REFERRAL), number)
    await commit(beta, partition, read, str(await feed_end(beta)))
    await check(beta)
    assert await beta.value("select count(*) from source") == 0


async def test_an_offset_behind_the_end_of_a_mailbox_makes_no_database_older(beta: Bare) -> None:
    """The broker has lost that end, which was found at the first comparison; Kafka keeps the offset."""
    await check(beta)
    await beta.change("truncate source, notice")
    partition = TopicPartition(topic_of(beta.address, Family.REFERRAL), 0)
    await beta.change(AT, 0, 5_000)
    await commit(beta, partition, 5_000)
    for _ in range(2):
        assert (await check(beta))[0] < 5_000
        assert await beta.value("select count(*) from source where held is not null") == 0


async def note_doubt(agency: Bare) -> None:
    async with agency.database.acquire() as connection:
        await note_doubted_end(connection)


async def feed_end(agency: Bare) -> FeedEnd:
    async with agency.database.acquire() as connection:
        return await read_feed_end(connection)


def forget_offsets(stack: Stack, agency: Bare) -> None:
    admin, group = AdminClient(admin_settings(stack.kafka.record)), login(agency.address)
    admin.delete_consumer_groups([group])[group].result(timeout=10)


async def test_reading_is_put_back_to_where_the_database_is_and_never_forward(
    stack: Stack, resting: Pair, beta: Bare
) -> None:
    partition = await asyncio.to_thread(fill, stack, resting)
    async with reading(beta) as consumer:
        consumer.assign([partition])
        first = await consumer.position(partition)  # until it is known, a seek may be overwritten
        await beta.change(AT, partition.partition, first + 1)
        for before, after in ((first + EVENTS - 1, first + 1), (first, first)):
            consumer.seek(partition, before)
            await rewind_to_positions(beta.context, consumer)
            assert await consumer.position(partition) == after
