"""Pages of what is due hold all of it once, the late first and the worst harm first, by every filter."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from asyncpg import Connection

from ieum.delivery.streams.peers import Peers
from ieum.storage import due_rows
from ieum.storage.due_rows import DueClock, DueCursor, WantedClocks, read_due
from ieum_contracts.overdue import Clock
from tests.kit.casework.database_world import Office
from tests.kit.clocks.due_rows_world import NOW, PERIOD, write_clocks_due

pytestmark = pytest.mark.stack
NUMBER, PAGE = 4_000, 170
WANTED = [
    WantedClocks(),
    WantedClocks(mine=True),
    WantedClocks(mine=False),
    WantedClocks(Clock.PROGRESS),
    WantedClocks(until=NOW + timedelta(days=1)),
    WantedClocks(until=NOW - timedelta(days=29)),
    WantedClocks(Clock.DECISION, NOW + PERIOD, mine=True),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def connection(api_context: Office) -> AsyncIterator[Connection]:
    async with api_context.database.acquire() as lent:
        await write_clocks_due(lent, NUMBER)
        yield lent


async def _pages(connection: Connection, wanted: WantedClocks) -> list[DueClock]:
    found: list[DueClock] = []
    after = None
    for _ in range(100):
        page = await read_due(connection, Peers(), wanted, NOW, after=after, limit=PAGE)
        found += page
        if len(page) < PAGE:
            return found
        after = _place(page[-1])
    raise AssertionError("The pages never end.")


def _place(due: DueClock) -> DueCursor:
    at = due.clock.due_at
    assert at is not None
    return DueCursor(at > NOW, due.clock.harm, at, due.referral, due.clock.clock.value)


@pytest.mark.parametrize("wanted", WANTED, ids=str)
async def test_pages_hold_all_of_it_in_the_order_of_harm(
    connection: Connection, wanted: WantedClocks
) -> None:
    everything = await _pages(connection, WantedClocks())
    assert len(everything) == NUMBER
    assert [_place(each) for each in everything] == sorted(_place(each) for each in everything)
    expected = [each for each in everything if _is_wanted(each, wanted)]
    assert await _pages(connection, wanted) == expected
    assert expected


def _is_wanted(due: DueClock, wanted: WantedClocks) -> bool:
    at = due.clock.due_at
    owed_by_sender = due.clock.clock.value in due_rows.OWED_BY_SENDER
    mine = owed_by_sender == (due.side == "sender")
    return (
        (wanted.clock in {None, due.clock.clock})
        and (wanted.until is None or (at is not None and at <= wanted.until))
        and (wanted.mine is None or wanted.mine == mine)
    )
