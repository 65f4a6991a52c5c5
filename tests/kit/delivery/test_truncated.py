"""A mailbox that was cut, or that a broker has lost: it is seen, and sent again from the sender's ledger."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from confluent_kafka import OFFSET_END, TopicPartition
from confluent_kafka.admin import AdminClient
from structlog.testing import capture_logs

from ieum.delivery.blocked.operator_actions import Act, Acted, skip
from ieum.delivery.streams.stream import StreamKey
from ieum_contracts.topics import MAILBOX_PARTITIONS, Family, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import Bare, check_histories, limited, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.topics import make_mailboxes_anew

pytestmark = pytest.mark.stack


@pytest_asyncio.fixture(loop_scope="session")
async def brisk(resting: Pair) -> AsyncIterator[Pair]:
    """Give two agencies that miss what a second did not bring; beta does not run yet."""
    brief = {"gap_ticks": 1, "gap_age": timedelta(seconds=1), "metadata_seconds": 1.0}
    with limited(resting.alpha, resting.beta, **brief):
        await resting.alpha.start()
        yield resting
        await resting.alpha.stop()
        await resting.beta.stop()


def truncate(stack: Stack, agency: Bare) -> None:
    """Delete whatever lies in a mailbox, as its retention does."""
    topic = topic_of(agency.address, Family.REFERRAL)
    admin = AdminClient(admin_settings(stack.state.read()))  # type: ignore[arg-type]
    partitions = [TopicPartition(topic, number, OFFSET_END) for number in range(MAILBOX_PARTITIONS)]
    for future in admin.delete_records(partitions).values():
        future.result(timeout=10)


async def test_what_a_mailbox_has_lost_comes_from_the_senders_ledger(stack: Stack, brisk: Pair) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    keys = new_keys(20)
    await beta.start()
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta)
    await beta.stop()
    for _ in range(3):
        await alpha.say(beta.address, keys)

    async def sent() -> bool:
        return not await alpha.value("select count(*) from outbox")

    await until(sent)
    await asyncio.to_thread(truncate, stack, beta)
    with capture_logs() as logs:
        await beta.start()
    assert "mailbox.truncated" in [each["event"] for each in logs]

    await quiet(alpha, beta, seconds=60)
    assert await check_histories(alpha, beta) == 2 * 4 * 20


@pytest.mark.parametrize("running", [False, True])
async def test_a_mailbox_that_is_made_anew_begins_its_offsets_anew_and_loses_nothing(
    stack: Stack, brisk: Pair, *, running: bool
) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    keys = new_keys(20)
    await beta.start()
    for _ in range(3):
        await alpha.say(beta.address, keys)
    await quiet(alpha, beta)
    before = await check_histories(alpha, beta)
    with capture_logs() as logs:
        if not running:
            await beta.stop()
        await asyncio.to_thread(make_mailboxes_anew, stack, beta, Family.REFERRAL)
        if not running:
            await beta.start()
    assert running or "mailbox.offsets-reset" in [each["event"] for each in logs]

    await alpha.say(beta.address, keys)
    await quiet(alpha, beta, seconds=60)

    assert await check_histories(alpha, beta) == before + 2 * 20


async def test_a_number_that_nobody_can_send_any_more_is_passed_over_by_an_operator(brisk: Pair) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    await beta.start()
    (key,) = new_keys(1)
    await alpha.stop()
    for _ in range(3):
        await alpha.say(beta.address, [key])
    await alpha.change("delete from outbox where sequence = 2 and key = $1", key)
    await alpha.change("update ledger set body = null where said and sequence = 2 and key = $1", key)
    await alpha.start()

    async def heard(number: int) -> bool:
        return await beta.value("select heard from stream where key = $1", key) == number

    await until(lambda: heard(1))
    [row] = await beta.rows("select key, peer, family from stream where key = $1", key)
    act = Act(by="op-1", reason="nobody-has-it")
    async with beta.database.acquire() as connection, connection.transaction():
        acted = await skip(connection, beta.context, StreamKey(**row), act, beta.clock())  # type: ignore[arg-type]
    assert acted == Acted(2, "sequence.gap")
    await until(lambda: heard(3))

    async def told() -> bool:
        return await alpha.value("select reason from told where kind = 'skipped'") == "nobody-has-it"

    await until(told)
    rows = await beta.rows("select sequence from effect where key = $1 order by o", key)
    assert [row["sequence"] for row in rows] == [1, 3]


async def test_after_a_gap_an_event_that_breaks_its_batch_stops_nobody_else(
    stack: Stack, brisk: Pair
) -> None:
    alpha, beta = brisk.alpha, brisk.beta
    await beta.start()
    keys, (bad,) = new_keys(40), new_keys(1)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta, keys=keys)
    await asyncio.to_thread(truncate, stack, beta)
    # As if these records had never been read: a database that was put back under a running agency.
    await beta.change("update position set next_offset = next_offset - 1 where next_offset > 0")
    with capture_logs() as logs:
        await beta.change("insert into healed select unnest($1::uuid[])", keys)
        await alpha.say(beta.address, [bad, *keys], cause="flush.raise")

        async def parked() -> bool:
            return bool(await beta.value("select count(*) from parked where key = $1", bad))

        async def answered() -> bool:
            return "heads.answered" in {each["event"] for each in logs}

        await until(parked)
        await until(answered)  # the peers were asked what the mailbox has lost
        await quiet(alpha, beta, keys=keys)
    assert {"mailbox.truncated", "event.failed"} <= {each["event"] for each in logs}
    await beta.change("insert into healed values ($1)", bad)
    await quiet(alpha, beta, keys=[*keys, bad])
    assert await beta.value("select count(*) from effect where key = $1", bad) == 1


async def test_records_lost_before_they_were_taken_in_are_asked_for_though_the_database_is_not_older(
    stack: Stack, brisk: Pair
) -> None:
    """The database is away while they come; when it is back, the broker has them no more."""
    alpha, beta = brisk.alpha, brisk.beta
    await beta.start()
    keys = new_keys(20)
    await alpha.say(beta.address, keys)
    await quiet(alpha, beta, keys=keys)
    with capture_logs() as logs:

        async def logged(event: str) -> bool:
            return event in {each["event"] for each in logs}

        async with beta.database.acquire() as connection, connection.transaction():
            await connection.execute("lock table position in access exclusive mode")
            await alpha.say(beta.address, keys)
            await until(lambda: logged("batch.postponed"), seconds=40)
            await asyncio.to_thread(truncate, stack, beta)
        await alpha.say(beta.address, keys)
        await until(lambda: logged("mailbox.truncated"), seconds=40)
        await until(lambda: logged("heads.answered"), seconds=40)
    await quiet(alpha, beta, keys=keys, seconds=60)
    rows = await beta.rows("select key, sequence from effect where key = any($1::uuid[])", keys)
    assert sorted((row["key"], row["sequence"]) for row in rows) == [
        (key, number) for key in sorted(keys) for number in (1, 2, 3)
    ]
