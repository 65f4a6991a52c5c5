"""A desk reads the answers to its inquiry as they come, and its agency's process is killed under it.

The welfare team asks all five others at once and follows the stream of answers as a browser does: an event
counts when it has come whole, and after a break one comes again with the last id. The process is killed with
SIGKILL while the stream is open, again and again, at times that nobody has chosen. Every answer is shown
once, whatever came while the process was away, and when all have been shown the stream is over for good.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest
from pydantic_core import from_json

from ieum_lab.embedded.processes import Service
from ieum_lab.simulator.chance import seeded
from tests.journeys.living import Living

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(300)]
SECONDS_MAX, PAUSE_SECONDS, READY_SECONDS = 90.0, 0.2, 60.0
WELFARE, EMPLOYMENT, FINANCE = "city-welfare-team", "employment-center", "microfinance-center"
OTHERS = {
    *(EMPLOYMENT, FINANCE, "veterans-center"),
    *("women-reemployment-center", "city-job-center"),
}
KILLS, KILLED_WITHIN_SECONDS = 5, 0.4
FACTS = {"household_size": {"value": 3, "source": "stated"}}


class Reader:
    """Follows a group of inquiries through whatever breaks, by the rules of server-sent events."""

    def __init__(self, desk: httpx.AsyncClient, group: str) -> None:
        self.answers: list[str] = []
        self.waiting: list[int] = []
        self.last = ""
        self.over = False
        self._desk, self._path = desk, f"/v1/inquiries/{group}"

    async def read(self) -> None:
        """Read to the end; come again when the connection breaks or nobody answers."""
        while not self.over:
            with suppress(httpx.TransportError):
                await self._connect()
            await asyncio.sleep(PAUSE_SECONDS)

    async def shown(self, number: int) -> None:
        """Wait until so many answers have been shown."""
        async with asyncio.timeout(SECONDS_MAX):
            while len(self.answers) < number:
                await asyncio.sleep(0.01)

    async def _connect(self) -> None:
        headers = {"accept": "text/event-stream", **({"last-event-id": self.last} if self.last else {})}
        async with self._desk.stream("GET", self._path, headers=headers) as response:
            if response.status_code == 204:
                self.over = True
            if response.status_code == 200:
                async for name, last, data in _whole_events(response):
                    self._take(name, last, data)

    def _take(self, name: str, last: str, data: str) -> None:
        self.last = last
        if name == "answer":
            self.answers.append(from_json(data)["recipient"])
        if name == "inquiry":
            self.waiting.append(from_json(data)["waiting"])


async def _whole_events(response: httpx.Response) -> AsyncIterator[tuple[str, str, str]]:
    """Give each event that has come whole: its last line is empty."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], fields["id"], fields["data"]
            fields = {}


async def _ask(desk: httpx.AsyncClient) -> str:
    order = {"sealed": {"circumstances": FACTS}}
    answer = await desk.post("/v1/inquiries", json=order, headers={"idempotency-key": str(uuid4())})
    assert answer.status_code == 201, answer.text
    assert answer.json()["waiting"] == len(OTHERS)
    return str(answer.json()["id"])


async def _started(service: Service) -> None:
    await asyncio.to_thread(service.start)
    await asyncio.to_thread(service.wait_until_ready, READY_SECONDS)


def _desk(living: Living) -> httpx.AsyncClient:
    url, headers = living.services[WELFARE].url, living.under_test.header(WELFARE)
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=SECONDS_MAX, trust_env=False)


async def test_what_comes_while_the_process_is_away_is_shown_after_it_and_nothing_twice(
    living: Living,
) -> None:
    mine, late, later = (living.services[each] for each in (WELFARE, FINANCE, EMPLOYMENT))
    for service in (late, later):
        await asyncio.to_thread(service.kill)
    async with _desk(living) as desk, asyncio.TaskGroup() as tasks:
        reader = Reader(desk, await _ask(desk))
        reading = tasks.create_task(reader.read())
        await reader.shown(3)
        await asyncio.to_thread(mine.kill)
        await _started(late)
        await _started(mine)
        await reader.shown(4)
        assert reader.answers[3] == FINANCE
        await asyncio.to_thread(mine.kill)
        await _started(mine)
        await _started(later)
        async with asyncio.timeout(SECONDS_MAX):
            await reading
    assert reader.answers[4] == EMPLOYMENT
    assert sorted(reader.answers) == sorted(OTHERS)
    assert len(reader.waiting) >= 3, "the stream was opened again after each kill"
    assert reader.waiting == sorted(reader.waiting, reverse=True)
    assert (await living.accounts()).sentences == []


async def test_whenever_it_is_killed_every_answer_is_shown_once(living: Living) -> None:
    service, chance = living.services[WELFARE], seeded("inquiry", KILLS)
    for _ in range(KILLS):
        async with _desk(living) as desk, asyncio.TaskGroup() as tasks:
            reader = Reader(desk, await _ask(desk))
            reading = tasks.create_task(reader.read())
            await asyncio.sleep(chance.uniform(0, KILLED_WITHIN_SECONDS))
            await asyncio.to_thread(service.kill)
            await _started(service)
            async with asyncio.timeout(SECONDS_MAX):
                await reading
        assert sorted(reader.answers) == sorted(OTHERS)
    assert (await living.accounts()).sentences == []
