"""Reads the feeds of all agencies along while chaos goes on, as an agency's own system would."""

import asyncio
from contextlib import suppress

from ieum_lab.testing.history import Fact
from ieum_lab.testing.outside_facts import Fed, ReadToEnd
from tests.chaos.caller import Caller, Met, Unanswered
from tests.chaos.scene import Scene

PAUSE_SECONDS = 0.5
PAGES_MAX = 10_000
RESTARTED = 410
BEGINNING = "0"


class FeedReader:
    """Where the reader of each feed has come to, and what it has read."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._fed: dict[str, list[Fed]] = {agency: [] for agency in scene.agencies}
        self._after = dict.fromkeys(scene.agencies, BEGINNING)

    async def run(self) -> None:
        """Read on until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for agency in self._scene.agencies:
                tasks.create_task(self._follow(agency))

    async def to_the_end(self) -> list[Fact]:
        """Read what is left, and return all that was read; of a feed that does not answer, no end."""
        found: list[Fact] = []
        for agency in self._scene.agencies:
            with suppress(Unanswered):
                caller = self._caller(agency)
                try:
                    for _ in range(PAGES_MAX):
                        if not await self._page(agency, caller):
                            break
                finally:
                    caller.close()
                found.append(ReadToEnd(str(self._scene.centre.address(agency))))
            found += self._fed[agency]
        return found

    async def _follow(self, agency: str) -> None:
        caller = self._caller(agency)
        try:
            while True:
                with suppress(Unanswered):
                    if await self._page(agency, caller):
                        continue
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            caller.close()

    def _caller(self, agency: str) -> Caller:
        urls = [service.url for service in self._scene.services[agency]]
        return Caller(urls, Met(), self._scene.token(agency))

    async def _page(self, agency: str, caller: Caller) -> int:
        """Read the next page; returns how many events it had."""
        status, page = await caller.get(f"/v1/events?after={self._after[agency]}")
        if status == RESTARTED:
            self._fed[agency], self._after[agency] = [], BEGINNING
            return 1
        assert status == 200, page
        at, fed = str(self._scene.centre.address(agency)), self._fed[agency]
        for event in page["events"]:
            place = event["peer"], event["family"], event["key"], event["sequence"]
            fed.append(Fed(at, len(fed), event["number"], *place, said=event["direction"] == "said"))
        self._after[agency] = page["next"]
        return len(page["events"])
