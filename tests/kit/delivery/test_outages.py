"""Broker and database away, connections cut, records doubled, positions set back: nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import asyncpg
import pytest
import pytest_asyncio
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from ieum.centre.postgres import connect_admin
from ieum.delivery.records.partitions import partition_of
from ieum.delivery.sending import leadership
from ieum.delivery.sending.feed_numbering import number_feed
from ieum.delivery.sending.leadership import LOCK
from ieum_contracts.referral import ReferralAmended
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, check_histories, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair

pytestmark = [pytest.mark.stack, pytest.mark.slow]
HEAL_SECONDS_MAX = 90.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lasting(pair: Pair) -> AsyncIterator[Pair]:
    """Give two agencies that run, and that may not end by themselves whatever happens around them."""
    yield pair
    pair.alpha.check()
    pair.beta.check()


async def is_compared(agency: Bare) -> bool:
    """Whether its database was compared with what peers heard: until then nothing can be said."""
    held = await agency.rows("select from source where held is not null")
    return not held and not agency.context.restore_check.is_doubted


async def talk_through(pair: Pair, trouble: Callable[[], Awaitable[None]]) -> None:
    """Let both agencies say things before, during and after a trouble; then compare their histories."""
    keys = new_keys(5)
    over = asyncio.Event()

    async def talk() -> None:
        while not over.is_set():
            try:
                await pair.alpha.say(pair.beta.address, keys)
                await pair.beta.say(pair.alpha.address, keys)
            except Exception:  # noqa: BLE001 - saying something while the database is away fails, as it should
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.05)

    talking = asyncio.create_task(talk())
    await asyncio.sleep(0.3)
    await trouble()
    await asyncio.sleep(0.3)
    over.set()
    await talking
    await quiet(pair.alpha, pair.beta, seconds=HEAL_SECONDS_MAX)
    await check_histories(pair.alpha, pair.beta)
    for agency in (pair.alpha, pair.beta):
        await until(partial(is_compared, agency), HEAL_SECONDS_MAX)
        assert not await agency.rows("select from parked")
        assert not await agency.rows("select from quarantine")


async def test_the_broker_is_killed_and_away_for_a_while(stack: Stack, lasting: Pair) -> None:
    async def trouble() -> None:
        await asyncio.to_thread(stack.kafka.kill)
        await asyncio.sleep(1)
        await asyncio.to_thread(stack.kafka.again)

    await talk_through(lasting, trouble)


async def test_the_broker_is_frozen(stack: Stack, lasting: Pair) -> None:
    async def trouble() -> None:
        stack.kafka.freeze()
        await asyncio.sleep(4)
        stack.kafka.thaw()

    await talk_through(lasting, trouble)


async def test_the_database_is_restarted_without_warning(stack: Stack, lasting: Pair) -> None:
    async def trouble() -> None:
        await asyncio.to_thread(stack.postgres.stop, immediate=True)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(stack.postgres.start)

    await talk_through(lasting, trouble)


async def test_numbers_of_the_feed_that_somebody_may_have_read_outlive_a_crash(
    stack: Stack, lasting: Pair
) -> None:
    alpha = lasting.alpha
    await quiet(alpha, lasting.beta)
    await alpha.stop()
    for _ in range(3):
        await alpha.say(lasting.beta.address, new_keys(5))
        connection = await asyncpg.connect(
            alpha.settings.database_dsn.get_secret_value(),
            password=alpha.settings.database_secret(),
            server_settings=leadership._SESSION,
        )
        await number_feed(connection)
        read = await alpha.value("select max(number) from feed")
        await asyncio.to_thread(stack.postgres.stop, immediate=True)
        connection.terminate()
        await asyncio.to_thread(stack.postgres.start)
        assert await alpha.value("select max(number) from feed") == read
    await alpha.start()
    await quiet(alpha, lasting.beta, seconds=HEAL_SECONDS_MAX)
    await until(partial(is_compared, alpha), HEAL_SECONDS_MAX)


CUT = """
select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
where l.locktype = 'advisory' and l.objid = $1 and d.datname = $2
"""


async def test_the_connection_that_holds_the_lock_is_cut(lasting: Pair) -> None:
    async def trouble() -> None:
        admin = await connect_admin(lasting.centre.settings)
        for agency in ("alpha", "beta"):
            assert await admin.fetch(CUT, LOCK, lasting.centre.access(agency).database)
        await admin.close()

    await talk_through(lasting, trouble)


async def test_what_was_sent_already_is_sent_again(stack: Stack, lasting: Pair) -> None:
    [key] = new_keys(1)
    source, me = lasting.alpha.address, lasting.beta.address
    await lasting.alpha.say(me, [key] * 5)
    await quiet(lasting.alpha, lasting.beta)
    said = await lasting.alpha.rows(
        "select headers, body from ledger where key = $1 and said order by sequence", key
    )
    template = wire.event(source, me, key, 1, ReferralAmended())
    again = [wire.as_said(template, bytes(row["headers"]), bytes(row["body"])) for row in said]  # type: ignore[call-overload]
    wire.produce(stack, [*again, *reversed(again), *again])
    await lasting.alpha.say(me, [key])
    await quiet(lasting.alpha, lasting.beta)
    await check_histories(lasting.alpha, lasting.beta)
    assert not await lasting.beta.rows("select from parked")
    assert not await lasting.beta.rows("select from quarantine")


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
async def test_positions_are_set_back(lasting: Pair, running: bool) -> None:
    keys = new_keys(6)
    await lasting.alpha.say(lasting.beta.address, keys * 3)
    await quiet(lasting.alpha, lasting.beta)
    if not running:
        await lasting.beta.stop()
    await lasting.beta.change("update position set next_offset = greatest(0, next_offset - 7)")
    if not running:
        await lasting.beta.start()
    await lasting.alpha.say(lasting.beta.address, keys * 2)
    await quiet(lasting.alpha, lasting.beta)
    await check_histories(lasting.alpha, lasting.beta)


async def test_a_mailbox_lost_its_beginning_while_the_recipient_was_away(stack: Stack, lasting: Pair) -> None:
    alpha, beta = lasting.alpha, lasting.beta
    [key] = new_keys(1)
    await alpha.say(beta.address, [key])
    await quiet(alpha, beta)
    await beta.stop()
    await alpha.say(beta.address, [key] * 3)

    async def sent() -> bool:
        return not await alpha.value("select count(*) from outbox")

    await until(sent)
    partition = partition_of(str(key).encode())
    where = TopicPartition(topic_of(beta.address, Family.REFERRAL), partition, -1)
    admin = AdminClient(admin_settings(stack.kafka.record))
    [deleted] = admin.delete_records([where]).values()
    await asyncio.to_thread(deleted.result)
    await alpha.say(beta.address, [key])
    await beta.start()

    async def waits() -> bool:
        return await beta.value("select reason from parked where key = $1", key) == "sequence.gap"

    await until(waits)
    asked = "insert into outbox (key, peer, family, sequence) select key, peer, family, sequence from ledger"
    await alpha.change(f"{asked} where key = $1 and said and sequence in (2, 3, 4)", key)
    await quiet(alpha, beta)
    await check_histories(alpha, beta)
