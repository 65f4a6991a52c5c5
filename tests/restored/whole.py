"""A whole agency in this process: desk, API and delivery, with a database that goes back in time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx

from ieum.api.app import create_app
from ieum.centre.centre_file import database_name
from ieum.centre.postgres import connect_admin, create_database
from ieum.delivery.limits import USUAL, Limits
from ieum.service import Service, compose
from ieum.settings import Settings
from ieum_lab.testing.centre import CentreUnderTest
from tests.kit.delivery.agencies import until
from tests.older_copies import copy_of, put_copy_in_place

READY_SECONDS_MAX = 90.0
DROP = "select format('drop database %I with (force)', $1::text)"


class Whole:
    """One agency; `start` and `stop` may follow each other again and again, as of a process."""

    def __init__(self, centre: CentreUnderTest, agency: str, limits: Limits = USUAL) -> None:
        self.centre = centre
        self.address = centre.address(agency)
        self.settings = Settings(**centre.access(agency).values())  # type: ignore[arg-type]
        self._headers = centre.header(agency)
        self.http: httpx.AsyncClient
        self._service: Service
        self._tasks: list[asyncio.Task[None]] = []
        self._limits = limits

    async def start(self, programmes: int = 1) -> None:
        """Run until everything works and other agencies' programmes are known."""
        service = self._service = await compose(self.settings, self._limits)
        transport = httpx.ASGITransport(create_app(service.api_context))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=self._headers)
        self._tasks = [asyncio.create_task(each) for each in service.work()]
        cache, me, check = service.programme_cache, self.address, service.api_context.delivery.restore_check

        async def works() -> bool:
            known = {address for address, _ in cache.programmes if address != me}
            at_work = not check.is_doubted and not await service.delivery.problems()
            return at_work and len(known) >= programmes

        await until(works, READY_SECONDS_MAX)

    async def stop(self) -> None:
        """End everything in an orderly way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tasks:
            await self.http.aclose()
            await self._service.close()
        self._tasks = []

    async def back_up(self) -> None:
        """Keep a copy of the database as it is now; the agency is stopped for it."""
        await self.stop()
        await self._copy(database_name(self.address), self._backup)
        await self.start()

    async def restore(self) -> None:
        """Put the copy in the place of the database, and start again."""
        await self.stop()
        administrator = await connect_admin(self.centre.settings)
        await administrator.execute(await administrator.fetchval(DROP, database_name(self.address)))
        await administrator.close()
        await self._copy(self._backup, database_name(self.address))
        await self.start()

    async def fail_over(self) -> None:
        """Put the copy in the place of the database under the running agency, as a failover to it does."""
        administrator = await connect_admin(self.centre.settings)
        await put_copy_in_place(administrator, database_name(self.address))
        await administrator.close()

    @property
    def _backup(self) -> str:
        return copy_of(database_name(self.address))

    async def _copy(self, old: str, new: str) -> None:
        administrator = await connect_admin(self.centre.settings)
        await create_database(administrator, new, database_name(self.address), old)
        await administrator.close()

    async def rows(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Look into the database."""
        async with self._service.api_context.delivery.database.acquire() as connection:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]

    async def post(self, path: str, **body: object) -> tuple[int, dict[str, Any]]:
        """Post once, under a key of its own."""
        answer = await self.http.post(path, json=body, headers={"idempotency-key": str(uuid4())})
        return answer.status_code, answer.json()

    async def state(self, referral: str) -> str | None:
        """Say in which state a referral is here; None when it is not known."""
        answer = await self.http.get(f"/v1/referrals/{referral}")
        return answer.json().get("state") if answer.is_success else None

    async def streams(self, state: str = "") -> dict[str, str]:
        """List streams that need somebody, with the reasons."""
        params = {"state": state, "limit": "200"} if state else {"limit": "200"}
        page = (await self.http.get("/v1/streams", params=params)).json()
        return {each["id"]: each["reason"] for each in page["streams"]}

    async def is_held(self) -> bool:
        """Tell whether a source is held."""
        return bool(await self.rows("select peer from source where held is not null"))


async def comes(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds."""
    await until(holds, READY_SECONDS_MAX, pause=0.1)


SAID = """
select l.key, l.family, l.sequence, l.digest from ledger l join peer p on p.id = l.peer
where l.said = $1 and p.address = $2
"""
CONFLICTS = "select reason from quarantine where reason = 'sequence.conflict'"


async def check_numbers(one: Whole, other: Whole) -> None:
    """Check that no number was given twice: wherever both know one, they know the same event under it."""
    for sender, recipient in ((one, other), (other, one)):
        said = {tuple(row[:3]): row[3] for row in await sender.rows(SAID, True, str(recipient.address))}
        heard = {tuple(row[:3]): row[3] for row in await recipient.rows(SAID, False, str(sender.address))}
        assert [at for at in said.keys() & heard.keys() if said[at] != heard[at]] == []
        assert await recipient.rows(CONFLICTS) == []
