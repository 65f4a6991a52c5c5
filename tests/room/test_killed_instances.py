"""Five places, many clients, two processes that are killed in turn while the waiting list moves.

Clients arrive at an agency whose service accepts by itself as long as there is a place. A worker
completes what was accepted, so that places become free again and again. Of the two processes of the agency
one is killed (SIGKILL) while this goes on, and then the other. Everybody is served in the end, each is
accepted once, and at no time more than five have a place.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ieum.settings import Settings
from ieum.storage.database import open_database
from ieum_lab.testing.centre import CentreUnderTest
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.api.referring import referral_order
from tests.kit.api.room_world import COURSE
from tests.kit.delivery.agencies import until
from tests.room.agency import AGENCY, PLACES
from tests.room.instances import Instance

pytestmark = [pytest.mark.stack, pytest.mark.timeout(420)]
CLIENTS = 30
KILLS = 4
SERVED_SECONDS_MAX = 240.0
DONE = {"decision": "completed", "outcome": "service-provided"}
STEPS = """
select l.key, l.type from feed f
join ledger l on (l.key, l.peer, l.family, l.said, l.sequence) = (f.key, f.peer, f.family, f.said, f.sequence)
where l.said and l.type in ('referral.accepted.v1', 'referral.completed.v1') order by f.id
"""
TOLD = """
select key, convert_from(body, 'UTF8')::jsonb as told from ledger
where said and type = 'referral.waitlisted.v1' order by key, sequence
"""


class Place:
    """The sender's process and the recipient's two."""

    def __init__(self, centre: CentreUnderTest, folder: Path) -> None:
        self.centre = centre
        self.sender = Instance(centre, "employment-center", folder / "sender.log")
        self.recipients = [
            Instance(centre, AGENCY.id, folder / f"recipient-{number}.log", "tests.room") for number in (1, 2)
        ]

    async def start(self) -> None:
        for each in (self.sender, *self.recipients):
            each.start()
        for each in (self.sender, *self.recipients):
            await each.works()

    async def refer(self) -> None:
        order = referral_order(self.centre.address(AGENCY.id), programme=COURSE)
        order["sealed"]["circumstances"] = {"household_size": {"value": 2, "source": "verified"}}
        assert await self.sender.call("POST", "/v1/referrals", order) is not None

    async def ask(self, method: str, path: str, body: object = None) -> dict[str, Any] | None:
        """Ask whichever process of the recipient answers."""
        for each in self.recipients:
            found = await each.call(method, path, body)
            if found is not None:
                return found
        return None

    async def complete_all(self) -> None:
        """Complete what is accepted, over and over."""
        while True:
            page = await self.ask("GET", "/v1/referrals?state=accepted&role=recipient")
            for each in [] if page is None else page["referrals"]:
                await self.ask("POST", f"/v1/referrals/{each['id']}/decisions", DONE)
            await asyncio.sleep(0.2)

    async def rows(self, query: str) -> list[Any]:
        settings = Settings.model_validate(self.centre.access(AGENCY.id).values())
        database = await open_database(settings.database_dsn.get_secret_value(), settings.database_secret())
        async with database.acquire() as connection:
            rows = await connection.fetch(query)
        await database.close()
        return list(rows)


@pytest_asyncio.fixture
async def place(make_centre: MakeCentre, tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(await make_centre("employment-center", AGENCY.id), tmp_path)
    try:
        await made.start()
        yield made
    finally:
        for each in (made.sender, *made.recipients):
            each.kill()


async def test_everybody_is_served_once_and_never_more_than_the_places(place: Place) -> None:
    for _ in range(CLIENTS // 2):
        await place.refer()
    working = asyncio.create_task(place.complete_all())
    for number in range(KILLS):
        victim = place.recipients[number % 2]
        await asyncio.sleep(1.5)
        victim.kill()
        for _ in range(CLIENTS // 2 // KILLS + 1):
            await place.refer()
        victim.start()
        await victim.works()

    async def served() -> bool:
        page = await place.sender.call("GET", "/v1/referrals?limit=200")
        states = Counter(each["state"] for each in page["referrals"]) if page else Counter()
        return set(states) == {"completed"} and states["completed"] >= CLIENTS

    await until(served, SERVED_SECONDS_MAX, pause=0.5)
    working.cancel()
    steps = await place.rows(STEPS)
    accepted = Counter(row["key"] for row in steps if row["type"] == "referral.accepted.v1")
    assert len(accepted) >= CLIENTS
    assert set(accepted.values()) == {1}, "each is accepted once"
    taken = most = 0
    for row in steps:
        taken += 1 if row["type"] == "referral.accepted.v1" else -1
        most = max(most, taken)
    assert (taken, most) == (0, PLACES)
    told = [(row["key"], row["told"]) for row in await place.rows(TOLD)]
    assert told, "somebody had to wait"
    assert len(told) == len({*told}), "nobody is told the same place twice"
