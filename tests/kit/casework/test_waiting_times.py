"""Waiting times from an agency's own rows: percentiles of real cases, never a mean, and none of a few."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from asyncpg import Connection

from ieum.settings import Settings
from ieum.storage.database import open_database
from ieum.storage.waiting_times import measure_waiting
from ieum_contracts.capacity import WaitingTime
from ieum_lab.testing.plugin import MakeCentre

pytestmark = pytest.mark.stack
NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
SECONDS_MAX = 2.0
PEER = "insert into peer (address) values ('/testville/beta')"
REFERRED = """
insert into referral (
    id, recipient, peer, journey, programme, state, version, ask_ids, ask_types, reopened, disputed,
    withdrawn, erased, created_at, changed_at, requested_at, asked
)
select md5($1 || n)::uuid, $2, 1, gen_random_uuid(), $1, 'closed', 1, '{}', '{}', false, false, false, false,
    $3::timestamptz - days[n] * interval '1 day', $3, $3::timestamptz - days[n] * interval '1 day', '{}'
from (select $4::float8[] as days) given cross join lateral generate_subscripts(days, 1) n
"""
ACCEPTED = """
insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest)
select md5($1 || n)::uuid, 1, 1, $2, $3, gen_random_uuid(), 'referral.accepted.v1', $4, 'h', 'd'
from generate_series(1, $5::int) n
"""


@pytest_asyncio.fixture
async def connection(make_centre: MakeCentre) -> AsyncIterator[Connection]:
    centre = await make_centre("alpha")
    settings = Settings.model_validate(centre.access("alpha").values())
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_login())
    async with database.acquire() as opened:
        await opened.execute(PEER)
        yield opened
    await database.close()


async def accept(
    connection: Connection,
    programme: str,
    days: list[float],
    at: datetime = NOW - timedelta(days=1),
    *,
    recipient: bool = True,
) -> None:
    """Let clients be accepted who had waited so many days."""
    await connection.execute(REFERRED, programme, recipient, at, days)
    await connection.execute(ACCEPTED, programme, recipient, 2, at, len(days))


async def measured(connection: Connection, *programmes: str) -> dict[str, WaitingTime]:
    return dict(await measure_waiting(connection, programmes, NOW))


def waited(p50: int, p90: int, cases: int) -> WaitingTime:
    return WaitingTime(p50_days=p50, p90_days=p90, cases_at_least=cases)


async def test_half_and_nine_of_ten_waited_at_most_so_long(connection: Connection) -> None:
    await accept(connection, "ten", [1, 2, 3, 4, 5, 6, 7, 8, 9, 60])
    await accept(connection, "begun", [0.2, 0.2, 0.2, 2.5, 2.5])
    assert await measured(connection, "ten", "begun") == {"ten": waited(5, 9, 10), "begun": waited(1, 3, 5)}


async def test_four_cases_say_nothing_and_five_do(connection: Connection) -> None:
    await accept(connection, "four", [1, 2, 3, 4])
    await accept(connection, "five", [1, 2, 3, 4, 5])
    assert await measured(connection, "four", "five") == {"five": waited(3, 5, 5)}


async def test_only_own_first_acceptances_of_ninety_days_count(connection: Connection) -> None:
    await accept(connection, "old", [3] * 6, NOW - timedelta(days=91))
    await accept(connection, "edge", [3] * 6, NOW - timedelta(days=89, hours=23))
    await accept(connection, "ahead", [3] * 6, NOW + timedelta(days=1))
    await accept(connection, "sent", [3] * 6, recipient=False)
    await accept(connection, "again", [3] * 6, NOW - timedelta(days=95))
    await connection.execute(ACCEPTED, "again", True, 9, NOW - timedelta(days=1), 6)
    await accept(connection, "of-another", [3] * 6)
    programmes = ("old", "edge", "ahead", "sent", "again")
    assert await measured(connection, *programmes) == {"edge": waited(3, 3, 5)}


async def test_a_clock_that_was_ahead_makes_nobody_wait_less_than_nothing(connection: Connection) -> None:
    await accept(connection, "ahead", [-1, -1, -1, 1, 1])
    assert await measured(connection, "ahead") == {"ahead": waited(0, 1, 5)}


async def test_tens_of_thousands_of_rows_are_measured_quickly(connection: Connection) -> None:
    await accept(connection, "many", [n % 50 for n in range(20_000)])
    await accept(connection, "old", [3] * 20_000, NOW - timedelta(days=200))
    await connection.execute("analyze")
    started = time.monotonic()
    found = await measured(connection, "many", "old")
    seconds = time.monotonic() - started
    assert found == {"many": waited(24, 44, 1000)}
    assert seconds < SECONDS_MAX, f"{seconds:.2f} s"
