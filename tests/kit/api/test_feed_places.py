"""A reader with an invalid place in the feed is refused at once, and told where to begin."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from ieum.api.http.responses import write_cursor
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import Api, open_api
from tests.kit.api.referring import referral_order
from tests.kit.api.test_feed import _number

pytestmark = pytest.mark.stack
RESTARTED = "urn:ieum:problem:feed-restarted"


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(stack: Stack, database_template: Template) -> AsyncIterator[Api]:
    """Open an agency whose feed has three events."""
    centre = await new_centre(stack, database_template, (EMPLOYMENT.id, WELFARE.id))
    async with open_api(centre, EMPLOYMENT, WELFARE) as api:
        await _refer(api, 3)
        yield api
    await end_centre(centre)


async def _refer(api: Api, count: int) -> None:
    for _ in range(count):
        assert (await api.post("/v1/referrals", referral_order(api.peer))).status_code == 201
    await _number(api)


async def _read(api: Api, after: object, wait: float = 0) -> tuple[int, dict[str, Any]]:
    answer = await api.http.get("/v1/events", params={"after": str(after), "wait": wait})
    return answer.status_code, answer.json()


async def test_a_cursor_goes_on_where_it_stands_and_so_does_a_number(fresh: Api) -> None:
    status, whole = await _read(fresh, 0)
    assert (status, [each["number"] for each in whole["events"]]) == (200, [1, 2, 3])
    for after in (whole["next"], 3, "0003"):
        assert await _read(fresh, after) == (200, {"events": [], "next": whole["next"]})
    assert len((await _read(fresh, 1))[1]["events"]) == 2
    await _refer(fresh, 1)
    for after in (whole["next"], 3):
        assert [each["number"] for each in (await _read(fresh, after))[1]["events"]] == [4]


@pytest.mark.parametrize("after", [4, 10**12, 2**63 - 1])
async def test_a_place_beyond_the_end_is_told_at_once(fresh: Api, after: int) -> None:
    status, problem = await _read(fresh, after, wait=30)
    assert (status, problem["type"], problem["begin"]) == (410, RESTARTED, "0")
    assert (await _read(fresh, problem["begin"]))[0] == 200


async def test_a_feed_of_a_new_epoch_refuses_the_cursors_of_before(fresh: Api) -> None:
    ends = [(await _read(fresh, after))[1]["next"] for after in (0, 2)]
    async with fresh.database.acquire() as connection:
        await connection.execute("update feed_epoch set epoch = default")
    await _refer(fresh, 2)
    for after in ends:
        status, problem = await _read(fresh, after, wait=30)
        assert (status, problem["type"]) == (410, RESTARTED)
    status, again = await _read(fresh, problem["begin"])
    assert (status, len(again["events"])) == (200, 5)
    assert (await _read(fresh, again["next"]))[0] == 200


async def test_a_restored_feed_whose_numbers_were_given_to_other_events_is_noticed(fresh: Api) -> None:
    _, before = await _read(fresh, 0)
    async with fresh.database.acquire() as connection:
        await connection.execute("delete from feed where number = 3")
    assert (await _read(fresh, before["next"]))[0] == 410
    await _refer(fresh, 4)
    status, problem = await _read(fresh, before["next"])
    assert (status, problem["type"]) == (410, RESTARTED)
    _, first = await _read(fresh, 2)
    assert first["events"][0]["number"] == 3
    assert first["events"][0]["id"] != before["events"][2]["id"]


@pytest.mark.parametrize(
    "after",
    [
        "-1",
        "+1",
        "1.0",
        "x",
        "",
        "٣",
        str(2**63),
        "9" * 25,
        write_cursor(1),
        write_cursor(1, "x", ""),
        write_cursor(-1, UUID(int=0), ""),
        write_cursor(1, UUID(int=0), "y"),
        "A" * 201,
    ],
)
async def test_what_is_no_cursor_is_refused_by_name(api: Api, after: str) -> None:
    status, problem = await _read(api, after)
    assert (status, problem["type"]) == (400, "urn:ieum:problem:query")
    assert [(each["in"], each["field"]) for each in problem["errors"]] == [("query", "after")]


async def test_a_cursor_of_another_agency_is_no_place_here(fresh: Api) -> None:
    _, page = await _read(fresh, 0)
    async with fresh.database.acquire() as connection:
        event = await connection.fetchval("select event_id from ledger limit 1")
    assert (await _read(fresh, write_cursor(1, uuid4(), event)))[0] == 410
    assert (await _read(fresh, page["next"]))[0] == 200
