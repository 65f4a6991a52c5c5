"""A hundred thousand clocks are due: what is asked is read by an index, as far as needed."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from asyncpg import Connection

from ieum.application.clock_runner import TURN_CLOCKS_MAX
from ieum.storage import clock_rows, due_rows
from ieum.storage.clock_rows import lock_due
from tests.kit.casework.database_world import Office
from tests.kit.clocks.due_rows_world import NOW, write_clocks_due

pytestmark = [pytest.mark.stack]
NUMBER, PAGE = 100_000, 51
RANKS = 5
PREPARE = "select format('prepare asked as %s', $1::text)"
EXPLAIN = """
select format(
    'explain (analyze, timing off, format json) execute asked (%s)', string_agg(quote_nullable(a), ', ')
)
from unnest($1::text[]) a
"""
FORGET = "deallocate asked"
OWED = f"{{{','.join(due_rows.OWED_BY_SENDER)}}}"
LATE = "select count(*) from clock where due_at <= $1"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def connection(api_context: Office) -> AsyncIterator[Connection]:
    async with api_context.database.acquire() as lent:
        await write_clocks_due(lent, NUMBER)
        yield lent


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(inner for each in plan.get("Plans", ()) for inner in nodes(each))]


async def scans(connection: Connection, statement: str, *arguments: object) -> dict[str, float]:
    """Run a statement as the pool plans it; give how many rows were read of each index."""
    given = [None if each is None else str(each) for each in arguments]
    await connection.execute(await connection.fetchval(PREPARE, statement))
    answer = await connection.fetchval(await connection.fetchval(EXPLAIN, given))
    await connection.execute(FORGET)
    read: dict[str, float] = {}
    for node in nodes(json.loads(answer)[0]["Plan"]):
        assert node["Node Type"] != "Seq Scan", node
        if "Index Name" in node:
            rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            read[node["Index Name"]] = read.get(node["Index Name"], 0) + rows
    return read


async def test_a_turn_reads_only_what_it_locks(connection: Connection) -> None:
    async with connection.transaction():
        read = await scans(connection, clock_rows._LOCK_DUE, NOW, TURN_CLOCKS_MAX)
        assert read == {"clock_fires": TURN_CLOCKS_MAX, "referral_pkey": TURN_CLOCKS_MAX}
        assert len(await lock_due(connection, NOW, TURN_CLOCKS_MAX)) == TURN_CLOCKS_MAX


@pytest.mark.parametrize("between", [(None, NOW), (NOW, None)], ids=["late", "to-come"])
@pytest.mark.parametrize("mine", [None, True, False])
async def test_a_page_of_what_is_due_reads_a_page_of_every_rank(
    connection: Connection, between: tuple[object, object], mine: bool | None
) -> None:
    assert await connection.fetchval(LATE, NOW) > NUMBER / 3
    page = (0, *between, None, mine, OWED, *(None,) * 4, PAGE)
    read = await scans(connection, due_rows._DUE, *page)
    assert read.keys() == {"clock_harm", "referral_pkey"}
    assert read["clock_harm"] <= RANKS * PAGE * 10, "a few of those that are filtered out come before"
