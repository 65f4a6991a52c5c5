"""A database that may be restored: no clock says anything before it has been compared with Kafka.

Whoever waits holds neither a connection nor a row meanwhile, so that nobody else waits for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from asyncpg import Connection

from ieum.application.clock_runner import TRY_AGAIN, ClockRunner, Turn
from ieum.delivery.restore_check import RestoreCheck
from ieum.storage.database import Database
from tests.kit.casework.agencies import RECIPIENT, SENDER
from tests.kit.casework.database_world import Office, known
from tests.kit.clocks.test_clock_runner import LATE, asked, runner_of, said

pytestmark = pytest.mark.stack
A_WHILE_SECONDS = 0.3
FREE = "select id from referral where id = $1 for update nowait"
HOLD = """
insert into source (peer, since, held, held_since)
select id, now(), 'restored.comparing', now() from peer where address = any($1::text[])
"""
RELEASE = "update source set held = null, held_since = null"


class Lending:
    """A database that counts what is lent."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.lent = 0

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        """Lend a connection."""
        self.lent += 1
        async with self._database.acquire() as connection:
            yield connection


def doubting(office: Office, check: RestoreCheck) -> tuple[ClockRunner, Lending]:
    """Make a runner whose database has not been compared."""
    runner, lending = runner_of(office), Lending(office.database)
    context = replace(runner._context, database=lending, restore_check=check)
    runner._context, runner._outbox._standing = context, check
    return runner, lending


async def test_a_turn_waits_for_the_comparison_without_a_connection_or_a_lock(
    api_context: Office,
) -> None:
    (two,) = asked(1)
    await known(api_context, two)
    check = RestoreCheck(wait_seconds=A_WHILE_SECONDS / 3, silent_seconds=0.0)
    check.doubt()
    runner, lending = doubting(api_context, check)
    turn = asyncio.create_task(runner.turn())
    assert await check.settled()  # orders go on after a time though Kafka is away; for a clock nobody waits
    await asyncio.sleep(A_WHILE_SECONDS)
    assert (turn.done(), lending.lent) == (False, 0)
    async with api_context.database.acquire() as connection:
        assert await connection.fetchval(FREE, two.id) == two.id
    check.settle(comparing=False)
    assert (await turn).said >= 1
    assert (await said(api_context, two))["referral.expired.v1"] == 1


async def test_nothing_is_said_to_who_has_not_compared_yet_and_it_is_tried_again(api_context: Office) -> None:
    (two,) = asked(1)
    await known(api_context, two)
    check = RestoreCheck()
    check.doubt()
    runner, _ = doubting(api_context, check)
    async with api_context.database.acquire() as connection:
        await connection.execute(HOLD, [str(SENDER), str(RECIPIENT)])
    check.settle(comparing=True)
    assert await runner.turn() == Turn(1, 0, 1)
    assert not await said(api_context, two)
    async with api_context.database.acquire() as connection:
        await connection.execute(RELEASE)
    await runner_of(api_context, LATE + TRY_AGAIN).turn()
    assert (await said(api_context, two))["referral.expired.v1"] == 1
