"""Answers to inquiries as they come: to several agencies at once, by polling and as an event stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic_core import from_json

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from services.microfinance_center.agency import AGENCY as FINANCE
from services.veterans_center.agency import AGENCY as VETERANS
from tests.kit.api.agency_api import Api, limited, open_api, settle
from tests.kit.api.inquiring import facts, inquire
from tests.kit.api.raw_http import serving

pytestmark = pytest.mark.stack
KNOWN = facts(household_size=4, recognised_income_monthly=500_000, birth_date="1990-03-01")
EVENT_STREAM = {"accept": "text/event-stream"}
SECONDS_MAX = 15.0
Event = tuple[str, str, dict[str, Any]]


class Asked:
    """A desk at welfare, the three agencies that it asks, and a server of its own API."""

    def __init__(self, desk: Api, others: list[Api], port: int) -> None:
        self.desk, self.others, self.port = desk, others, port

    async def answer(self, number: int) -> None:
        """Let one agency answer."""
        await settle(self.desk, self.others[number])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asked(stack: Stack, database_template: Template) -> AsyncIterator[Asked]:
    agencies = (EMPLOYMENT, FINANCE, VETERANS)
    centre = await new_centre(stack, database_template, (WELFARE.id, *(each.id for each in agencies)))
    async with (
        open_api(centre, WELFARE, *agencies) as desk,
        open_api(centre, EMPLOYMENT, WELFARE) as first,
        open_api(centre, FINANCE, WELFARE) as second,
        open_api(centre, VETERANS, WELFARE) as third,
        serving(desk.app) as port,
    ):
        yield Asked(desk, [first, second, third], port)
    await end_centre(centre)


@asynccontextmanager
async def following(asked: Asked, group: str, last: str = "") -> AsyncIterator[AsyncIterator[Event]]:
    """Follow a group as an event stream."""
    headers = {**asked.desk.headers, **EVENT_STREAM, **({"last-event-id": last} if last else {})}
    url = f"http://127.0.0.1:{asked.port}/v1/inquiries/{group}"
    async with (
        httpx.AsyncClient(timeout=SECONDS_MAX) as http,
        http.stream("GET", url, headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response)


async def _events(response: httpx.Response) -> AsyncIterator[Event]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], fields["id"], from_json(fields["data"])
            fields = {}


async def test_three_agencies_are_asked_at_once_and_shown_as_they_answer(asked: Asked) -> None:
    made = await inquire(asked.desk, KNOWN)
    asked_agencies = [each["recipient"] for each in made["inquiries"]]
    assert asked_agencies == sorted([EMPLOYMENT.id, FINANCE.id, VETERANS.id])
    assert len({each["id"] for each in made["inquiries"]}) == made["waiting"] == 3
    async with following(asked, made["id"]) as told:
        name, _, state = await anext(told)
        assert (name, state["waiting"]) == ("inquiry", 3)
        assert all(each["asked_at"] for each in state["inquiries"])
        for number, agency in ((1, FINANCE), (0, EMPLOYMENT), (2, VETERANS)):
            await asked.answer(number)
            name, _, answer = await anext(told)
            assert (name, answer["recipient"], answer["state"]) == ("answer", agency.id, "answered")
            assert answer["assessed"]
        name, _, state = await anext(told)
        assert (name, state["waiting"]) == ("end", 0)
        assert [each async for each in told] == []


async def test_a_stream_that_broke_goes_on_where_it_was_and_ends_for_good(asked: Asked) -> None:
    made = await inquire(asked.desk, KNOWN)
    async with following(asked, made["id"]) as told:
        await anext(told)
        await asked.answer(2)
        _, last, answer = await anext(told)
        assert answer["recipient"] == VETERANS.id
    await asked.answer(0)
    async with following(asked, made["id"], last) as told:
        name, _, state = await anext(told)
        assert (name, state["waiting"]) == ("inquiry", 1)
        assert (await anext(told))[2]["recipient"] == EMPLOYMENT.id
        await asked.answer(1)
        assert (await anext(told))[2]["recipient"] == FINANCE.id
        name, last, _ = await anext(told)
        assert name == "end"
    url = f"http://127.0.0.1:{asked.port}/v1/inquiries/{made['id']}"
    async with httpx.AsyncClient(headers=asked.desk.headers) as http:
        again = await http.get(url, headers=EVENT_STREAM | {"last-event-id": last})
        wrong = await http.get(url, headers=EVENT_STREAM | {"last-event-id": "?"})
    assert (again.status_code, again.content) == (204, b"")
    assert (wrong.status_code, wrong.json()["type"]) == (400, "urn:ieum:problem:query")


async def test_a_stream_has_an_end_and_a_heartbeat_while_somebody_is_silent(asked: Asked) -> None:
    made = await inquire(asked.desk, KNOWN)
    app = limited(asked.desk, stream_seconds=0.5, heartbeat_seconds=0.1, look_seconds=0.1)
    async with (
        serving(app) as port,
        httpx.AsyncClient(timeout=SECONDS_MAX, headers=asked.desk.headers) as http,
    ):
        url = f"http://127.0.0.1:{port}/v1/inquiries/{made['id']}"
        text = (await http.get(url, headers=EVENT_STREAM)).text
    assert text.startswith("retry: 2000\n\nevent: inquiry\n")
    assert "\n: waiting\n" in text
    assert text.count("event: limit\n") == 1
    assert asked.desk.api_context.news.waiting == 0


async def test_the_head_of_a_stream_comes_at_once_and_holds_nobody_up(asked: Asked) -> None:
    made = await inquire(asked.desk, KNOWN)
    url = f"http://127.0.0.1:{asked.port}/v1/inquiries/{made['id']}"
    async with (
        asyncio.timeout(SECONDS_MAX),
        httpx.AsyncClient(headers=asked.desk.headers, limits=httpx.Limits(max_connections=1)) as http,
    ):
        head = await http.head(url, headers=EVENT_STREAM)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"].startswith("text/event-stream")
        assert head.headers["x-accel-buffering"] == "no", "else a proxy keeps the answers back"
        assert (await http.get(url)).json()["waiting"] == 3


async def test_polling_waits_for_the_next_answer(asked: Asked) -> None:
    made = await inquire(asked.desk, KNOWN)
    path = f"/v1/inquiries/{made['id']}"
    polled = asyncio.create_task(asked.desk.http.get(path, params={"wait": 10}))
    await asyncio.sleep(0.1)
    assert not polled.done()
    await asked.answer(1)
    assert (await asyncio.wait_for(polled, SECONDS_MAX)).json()["waiting"] == 2
    now = await asked.desk.http.get(path, params={"wait": 0.2})
    assert (now.status_code, now.json()["waiting"]) == (200, 2)


async def test_streams_count_among_those_who_may_wait(asked: Asked) -> None:
    made = await inquire(asked.desk, KNOWN)
    async with (
        serving(limited(asked.desk, waiting=1)) as port,
        following(asked, made["id"]) as told,
        httpx.AsyncClient(headers=asked.desk.headers) as http,
    ):
        url = f"http://127.0.0.1:{port}/v1/inquiries/{made['id']}"
        await anext(told)
        async with asyncio.timeout(SECONDS_MAX):
            while asked.desk.api_context.news.waiting != 1:
                await asyncio.sleep(0.01)
        refused = await http.get(url, headers=EVENT_STREAM)
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:ieum:problem:overloaded")
        assert (await http.get(url)).status_code == 200
