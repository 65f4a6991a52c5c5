"""faust-streaming: an agent and a transaction per message; the answer's acknowledgement is awaited."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import asyncpg
import faust
import uvloop

from bench.load import Load
from bench.obey import obey, take_voice
from bench.place import CONNECTIONS_MAX, Place, read_place
from bench.referral import answer, referral
from bench.trips import Trips

TABLE = "create table bench_referral (id text primary key, state text not null, body text)"
INSERT = "insert into bench_referral (id, state, body) values ($1, $2, $3) on conflict (id) do nothing"
ANSWERED = "update bench_referral set state = $2 where id = $1"


class Half:
    """One half of the case: an application with one agent."""

    def __init__(self, place: Place, pool: asyncpg.Pool, folder: Path) -> None:
        self._pool = pool
        self.trips = Trips()
        self.app = faust.App(
            place.group,
            broker=f"kafka://{place.bootstrap}",
            broker_credentials=faust.SASLCredentials(
                username=place.username, password=place.password, mechanism="SCRAM-SHA-512"
            ),
            topic_disable_leader=True,
            topic_allow_declare=False,
            web_enabled=False,
            autodiscover=False,
            store="memory://",
            datadir=folder,
            producer_acks=-1,
        )
        options = {"key_type": bytes, "value_serializer": "json", "allow_empty": False}
        self._writes = self.app.topic(place.writes, **options)
        reads = self.app.topic(place.reads, **options)
        self.app.agent(reads)(self.receive if place.variant == "recipient" else self.hear)

    async def receive(self, stream: Any) -> None:
        """Keep each referral, then answer it."""
        async for message in stream:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(INSERT, message["id"], "received", str(message))
            reply = answer(message["id"])
            await (await self._writes.send(key=message["id"].encode(), value=reply))

    async def hear(self, stream: Any) -> None:
        """Take each answer in."""
        async for message in stream:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(ANSWERED, message["id"], message["state"])
            self.trips.end(message["id"])

    async def send(self, key: str) -> str:
        """Keep a new referral, then send it."""
        new = referral(key)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(INSERT, key, "requested", str(new))
        await (await self._writes.send(key=key.encode(), value=new))
        return key


async def main() -> None:
    """Run one half."""
    voice, place = take_voice(), read_place()
    with TemporaryDirectory(prefix="ieum-faust-") as folder:
        await _serve(voice, place, Path(folder))


async def _serve(voice: IO[str], place: Place, folder: Path) -> None:
    async with asyncpg.create_pool(place.dsn, min_size=1, max_size=CONNECTIONS_MAX) as pool:
        await pool.execute(TABLE)
        half = Half(place, pool, folder)
        await half.app.start()
        load = Load(half.send, half.trips)
        try:
            await obey(voice, {"begin": load.begin, "mark": load.mark, "stop": load.stop})
        finally:
            await half.app.stop()


if __name__ == "__main__":
    uvloop.run(main())
