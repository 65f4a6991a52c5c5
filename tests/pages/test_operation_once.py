"""Two operators at once, and buttons pressed twice: one operation, begun once, everything in it done once."""

import asyncio

import asyncpg
import pytest

from services.city_welfare_team.agency import AGENCY as WELFARE
from tests.kit.api.agency_api import Api
from tests.pages.conftest import SignedIn, Site
from tests.pages.parked import park_some, parked, skipped

pytestmark = pytest.mark.stack
SAME = {"sec-fetch-site": "same-origin"}
ITEMS = 6
STATE = "select state from operation where id = $1::uuid"
OPERATIONS = "select count(*) from operation where waits_for = $1"
NOTED = "select actor, action from audit where target = $1 order by number"
DONE_THERE = "select key, count(*) from operator_act where act = 'skip' and reason = any($1) group by key"
REASONS = ("by-one", "by-another")


async def test_whoever_presses_and_how_often(site: Site, welfare: Api, signed_in: SignedIn) -> None:
    await park_some(welfare, ITEMS, "fold.pressed")
    contexts = [await signed_in("operator-1"), await signed_in("operator-2")]
    form = {"agency": WELFARE.id, "state": "dead", "reason": "fold.pressed", "act": "skip"}
    prepared = await asyncio.gather(
        *(
            each.request.post(f"{site.url}/troubles/prepare", form={**form}, headers=SAME, max_redirects=0)
            for each in contexts * 3
        )
    )
    assert {each.status for each in prepared} == {303}
    *led, address = sorted((each.headers["location"] for each in prepared), key=len, reverse=True)
    assert set(led) == {f"{address}?held=1"}, "all others are led to it, and told so"
    connection = await asyncpg.connect(site.dsn)
    assert await connection.fetchval(OPERATIONS, "fold.pressed") == 1

    presses = [
        each.request.post(
            f"{site.url}{address}", form={"do": "start", "reason": reason}, headers=SAME, max_redirects=0
        )
        for each, reason in zip(contexts * 3, REASONS * 3, strict=True)
    ]
    assert {each.status for each in await asyncio.gather(*presses)} == {303}
    operation = address.rpartition("/")[2]
    async with asyncio.timeout(60):
        while await connection.fetchval(STATE, operation) != "done":
            await asyncio.sleep(0.2)

    noted = [(row["actor"], row["action"]) for row in await connection.fetch(NOTED, operation)]
    assert [act for _, act in noted] == ["operation.prepare-skip", "operation.start"]
    async with welfare.database.acquire() as at_agency:
        done = [row["count"] for row in await at_agency.fetch(DONE_THERE, list(REASONS))]
    assert done == [1] * ITEMS
    counts = [await skipped(welfare, reason) for reason in REASONS]
    assert sorted(counts) == [0, ITEMS], "under the reason of who was first"
    assert await parked(welfare, "fold.pressed") == 0
    await connection.close()
