"""Who answers at a new connection may be an older copy, before the connection that leads has noticed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asyncpg import Connection

from ieum.delivery.restore_check import RestoreCheck
from ieum.storage.database import open_database
from tests.kit.delivery.agencies import until
from tests.kit.delivery.conftest import Pair


def test_another_server_has_the_database_compared_again() -> None:
    check, first, second = RestoreCheck(), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    for started in (first, first):
        check.note_server(started)
    assert check.is_known
    check.note_server(second)
    assert not check.is_known
    check.settle(comparing=False)
    check.note_server(second)
    assert check.is_known


@pytest.mark.stack
async def test_each_new_connection_tells_its_server_before_it_is_lent(resting: Pair) -> None:
    settings, told = resting.alpha.settings, list[datetime]()
    dsn = settings.database_dsn.get_secret_value()
    database = await open_database(dsn, settings.database_login(), 2, server=told.append)
    async with database.acquire() as one:
        assert len(told) == 1
        async with database.acquire():
            assert len(told) == 2
        async with database.acquire():
            assert len(told) == 2, "it is lent again, not new"
        assert {*told} == {await _started(one)}
    await database.close()


async def _started(connection: Connection) -> datetime:
    started: datetime = await connection.fetchval("select pg_postmaster_start_time()")
    return started


@pytest.mark.stack
async def test_a_relay_that_meets_another_server_doubts_the_database(resting: Pair) -> None:
    """Its session was never cut: it is a new one, in a process that was compared with the server before."""
    alpha = resting.alpha
    check = RestoreCheck()
    alpha.context = replace(alpha.context, restore_check=check)
    check.note_server(datetime(2026, 1, 1, tzinfo=UTC))
    before = check.doubts

    async def compared_again() -> bool:
        """Doubted once at its start and once for the other server, and compared since."""
        return check.doubts > before + 1 and not check.is_doubted

    await alpha.start()
    try:
        await until(compared_again)
    finally:
        await alpha.stop()
