"""A plain FastStream service: one handler and one transaction per message, then publish."""

from typing import Any

import asyncpg
import uvloop
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.security import SASLScram512
from pydantic import BaseModel

from bench.load import Load
from bench.obey import obey, take_voice
from bench.place import CONNECTIONS_MAX, Place, read_place
from bench.referral import referral
from bench.trips import Trips

PARTITIONS = 6

TABLE = "create table bench_referral (id text primary key, state text not null, body text)"
INSERT = "insert into bench_referral (id, state, body) values ($1, $2, $3) on conflict (id) do nothing"
ANSWERED = "update bench_referral set state = $2 where id = $1"


class Referral(BaseModel):
    """What arrives at the recipient."""

    id: str
    subject: str
    programme: str
    priority: str
    needs: list[str]
    hand_over: str
    sealed: dict[str, Any]


class Answer(BaseModel):
    """What comes back."""

    id: str
    state: str
    reference: str


class Half:
    """One half of the case: `side` is its variant's first word, and `parallel` may follow."""

    def __init__(self, place: Place, pool: asyncpg.Pool) -> None:
        self._place = place
        self._pool = pool
        self.trips = Trips()
        self.broker = KafkaBroker(
            place.bootstrap,
            security=SASLScram512(username=place.username, password=place.password),
            acks="all",
            logger=None,
        )
        side, _, parallel = place.variant.partition(" ")
        subscriber = self.broker.subscriber(
            place.reads,
            group_id=place.group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            max_workers=PARTITIONS if parallel else 1,
        )
        subscriber(self.receive if side == "recipient" else self.hear)

    async def receive(self, message: Referral) -> None:
        """Keep a referral, then answer it."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(INSERT, message.id, "received", message.model_dump_json())
        reply = Answer(id=message.id, state="received", reference=message.id[:8])
        await self.broker.publish(reply, topic=self._place.writes, key=message.id.encode())

    async def hear(self, message: Answer) -> None:
        """Take an answer in."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(ANSWERED, message.id, message.state)
        self.trips.end(message.id)

    async def send(self, key: str) -> str:
        """Keep a new referral, then send it."""
        new = Referral.model_validate(referral(key))
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(INSERT, key, "requested", new.model_dump_json())
        await self.broker.publish(new, topic=self._place.writes, key=key.encode())
        return key


async def main() -> None:
    """Run one half."""
    voice, place = take_voice(), read_place()
    async with asyncpg.create_pool(place.dsn, min_size=1, max_size=CONNECTIONS_MAX) as pool:
        await pool.execute(TABLE)
        half = Half(place, pool)
        await half.broker.start()
        load = Load(half.send, half.trips)
        try:
            await obey(voice, {"begin": load.begin, "mark": load.mark, "stop": load.stop})
        finally:
            await half.broker.stop()


if __name__ == "__main__":
    uvloop.run(main())
