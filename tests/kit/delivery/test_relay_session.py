"""One process leads, as long as its session lives: it looks alive while Kafka is slow, and ends with it."""

import asyncio
from contextlib import AsyncExitStack, suppress

import asyncpg
import pytest
from asyncpg import Connection

from ieum.delivery.sending import leadership
from ieum.delivery.sending.leadership import DatabaseAddress, Leadership
from ieum.delivery.sending.outbox_sender import OutboxSender
from ieum.delivery.sending.producer import Producer
from ieum.delivery.sending.read_from import ReadFrom
from ieum.errors import Transient
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import Bare, new_keys, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import resting_relay

pytestmark = pytest.mark.stack

IDLE_SECONDS, SLOW_SECONDS = 2, 4.0
CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and application_name = 'ieum-relay'
"""


async def session(agency: Bare) -> Connection:
    """Connect as a relay does, to a server that ends idle sessions sooner."""
    return await asyncpg.connect(
        agency.settings.database_dsn.get_secret_value(),
        password=agency.settings.database_secret(),
        server_settings={**leadership._SESSION, "idle_session_timeout": f"{IDLE_SECONDS}s"},
    )


async def test_the_session_that_holds_the_lock_is_not_idle_while_kafka_is_slow(
    stack: Stack, resting: Pair
) -> None:
    alpha, sending = resting.alpha, Producer(resting.alpha.settings)
    connection = await session(alpha)
    sender = OutboxSender(connection, alpha.context, sending, lambda: None)
    await alpha.say(resting.beta.address, new_keys(1))
    await sender.turn()
    await alpha.say(resting.beta.address, new_keys(1))
    stack.kafka.freeze()
    try:
        turn = asyncio.create_task(sender.turn())
        await asyncio.sleep(SLOW_SECONDS)
        assert not turn.done()
    finally:
        stack.kafka.thaw()
    with suppress(Transient):  # it may have taken too long; what counts is the session
        await turn
    assert await connection.fetchval("select 1") == 1
    await connection.close()
    await sending.close()


async def test_the_session_that_holds_the_lock_is_not_idle_while_the_relay_waits(resting: Pair) -> None:
    connection = await session(resting.alpha)
    await resting_relay(resting.alpha)._back_off(connection, ReadFrom(), SLOW_SECONDS)
    assert await connection.fetchval("select 1") == 1
    await connection.close()


async def test_a_session_that_was_cut_has_the_database_compared_again(resting: Pair) -> None:
    """Who answers at the next connection may be an older copy."""
    alpha = resting.alpha
    await alpha.start()
    assert not alpha.context.restore_check.is_doubted
    assert await alpha.rows(CUT)

    async def doubted() -> bool:
        return alpha.context.restore_check.is_doubted

    async def settled() -> bool:
        return not await doubted()

    await until(doubted, seconds=10, pause=0.005)
    await until(settled)
    await alpha.stop()


async def test_a_second_process_leads_when_the_first_has_ended_and_not_before(resting: Pair) -> None:
    alpha = resting.alpha
    address = DatabaseAddress(alpha.settings.database_dsn.get_secret_value(), alpha.settings.database_login())
    first, second = Leadership(address), Leadership(address)
    attempts = asyncio.Event()

    async def lead_second(held: AsyncExitStack) -> None:
        await held.enter_async_context(second.lead(attempts.set, lambda: None, lambda: None))

    async with AsyncExitStack() as held:
        async with first.lead(lambda: None, lambda: None, lambda: None):
            assert first.leading.is_set()
            waiting = asyncio.create_task(lead_second(held))
            await attempts.wait()
            await asyncio.sleep(0.2)
            assert not second.leading.is_set()
        assert not first.leading.is_set()
        assert first.lost.is_set()
        await waiting
        assert second.leading.is_set()
