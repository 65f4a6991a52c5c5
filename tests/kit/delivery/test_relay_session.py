"""One process leads, as long as its session lives: it looks alive while Kafka is slow, and ends with it."""

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import replace

import asyncpg
import pytest
from asyncpg import Connection

from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.feed_end import read_feed_end
from ieum.delivery.restore_check import RestoreCheck
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
    sender = OutboxSender(connection, alpha.context, sending, resting_relay(alpha)._keep_alive)
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
    assert alpha.context.restore_check.feed_end == await read_feed_end(connection), (
        "an older copy that has not what was numbered meanwhile would not be noticed"
    )
    await connection.close()
    await sending.close()


async def test_the_session_that_holds_the_lock_is_not_idle_while_the_relay_waits(resting: Pair) -> None:
    connection = await session(resting.alpha)
    await resting_relay(resting.alpha)._back_off(connection, ReadFrom(), SLOW_SECONDS)
    assert await connection.fetchval("select 1") == 1
    await connection.close()


class CountedCheck(RestoreCheck):
    """Counts the doubts: one may be settled before a test has looked."""

    doubts = 0

    def doubt(self) -> None:
        self.doubts += 1
        super().doubt()


async def test_a_session_that_was_cut_has_the_database_compared_again(resting: Pair) -> None:
    """Who answers at the next connection may be an older copy."""
    alpha, check = resting.alpha, CountedCheck()
    alpha.context = replace(alpha.context, restore_check=check)
    await alpha.start()
    try:
        assert not check.is_doubted
        before = check.doubts
        assert await alpha.rows(CUT)

        async def compared_again() -> bool:
            return check.doubts > before and not check.is_doubted

        await until(compared_again)
    finally:
        await alpha.stop()


async def test_a_session_counts_as_cut_when_a_statement_fails_before_the_connection_closes(
    resting: Pair,
) -> None:
    """The server's last message can be read some time before the end of the connection."""
    cut = asyncio.Event()
    with pytest.raises(DATABASE_RETRYABLE):
        await use_after_farewell(leadership_of(resting.alpha).lead(nothing, nothing, cut.set))
    assert cut.is_set()


async def test_a_lent_connection_that_was_cut_fails_as_one_to_be_retried(resting: Pair) -> None:
    with pytest.raises(DATABASE_RETRYABLE):
        await use_after_farewell(resting.alpha.database.acquire())
    assert await resting.alpha.value("select 1") == 1


async def use_after_farewell(lent: AbstractAsyncContextManager[Connection]) -> None:
    """Let a connection read what a server says last to a session that it ends, and use it again."""
    fields = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
    async with lent as connection:
        connection._protocol.data_received(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)  # type: ignore[attr-defined]
        await connection.execute("select 1")


def leadership_of(agency: Bare) -> Leadership:
    """Make one more process that may lead."""
    settings = agency.settings
    return Leadership(DatabaseAddress(settings.database_dsn.get_secret_value(), settings.database_login()))


def nothing() -> None:
    """Let a call go by."""


async def test_a_second_process_leads_when_the_first_has_ended_and_not_before(resting: Pair) -> None:
    first, second = leadership_of(resting.alpha), leadership_of(resting.alpha)
    attempts = asyncio.Event()

    async def lead_second(held: AsyncExitStack) -> None:
        await held.enter_async_context(second.lead(attempts.set, nothing, nothing))

    async with AsyncExitStack() as held:
        async with first.lead(nothing, nothing, nothing):
            assert first.leading.is_set()
            waiting = asyncio.create_task(lead_second(held))
            await attempts.wait()
            await asyncio.sleep(0.2)
            assert not second.leading.is_set()
        assert not first.leading.is_set()
        assert first.lost.is_set()
        await waiting
        assert second.leading.is_set()
