"""An agency's system in front of Ieum: posts referrals to the API of a process that people run as it is.

When an answer counts, the sender's database says itself: the commit time of the batch that brought it.
"""

import asyncio
import json
import os
from urllib.parse import urlsplit

import asyncpg
import uvloop

from bench.load import Load
from bench.obey import obey, take_voice
from bench.ours.order import fields, order_padding
from bench.trips import Trips
from ieum.settings import Settings
from ieum_lab.testing.http import HttpCaller

WATCH_SECONDS = 0.1
CREATED = 201
FIRST_SECONDS_MAX = 30.0

HEARD = """
select f.number, f.key::text as key, (
    select extract(epoch from pg_xact_commit_timestamp(l.xmin))::float8 from ledger l
    where l.key = f.key and l.peer = f.peer and l.family = f.family and not l.said and l.sequence = f.sequence
) as at
from feed f where f.number > $1 and not f.said order by f.number
"""


class System:
    """The agency's system: a new client for every referral."""

    def __init__(self, url: str, token: str) -> None:
        self._authorization = f"Bearer {token}"
        parts = urlsplit(url)
        self._caller = HttpCaller(parts.hostname or "", parts.port or 0)
        self._padding = order_padding()

    async def send(self, key: str) -> str:
        """Post a referral; returns the id that it was given."""
        body = json.dumps({**fields(self._padding), "client_ref": key}, ensure_ascii=False).encode()
        headers = {
            "content-type": "application/json",
            "idempotency-key": key,
            "authorization": self._authorization,
        }
        answered = await self._caller.call("POST", "/v1/referrals", headers, body)
        if answered.status != CREATED:
            raise RuntimeError(f"The API answered {answered.status}.")
        return answered.headers["location"].rpartition("/")[2]


async def watch(connection: asyncpg.Connection, trips: Trips) -> None:
    """Look ten times a second which answers have been consumed since, and when."""
    last = 0
    while True:
        for row in await connection.fetch(HEARD, last):
            trips.end(row["key"], row["at"])
            last = row["number"]
        await asyncio.sleep(WATCH_SECONDS)


async def main() -> None:
    """Call until standard input ends."""
    voice, settings = take_voice(), Settings()
    system, trips = System(os.environ["BENCH_URL"], os.environ["BENCH_TOKEN"]), Trips()
    dsn = settings.database_dsn.get_secret_value()
    connection = await asyncpg.connect(dsn, password=settings.database_secret())
    await _first(system)
    watching = asyncio.create_task(watch(connection, trips))
    load = Load(system.send, trips)
    try:
        await obey(voice, {"begin": load.begin, "mark": load.mark, "stop": load.stop, "burst": load.burst})
    finally:
        watching.cancel()
        await connection.close()


async def _first(system: System) -> None:
    """Post until the recipient's programmes have come to the sender's catalogue."""
    async with asyncio.timeout(FIRST_SECONDS_MAX):
        while True:
            try:
                await system.send("first-one")
            except RuntimeError:
                await asyncio.sleep(0.1)
            else:
                return


if __name__ == "__main__":
    uvloop.run(main())
