"""FastStream with faststream-outbox: what is said goes into a table in the same transaction."""

from collections.abc import Awaitable, Callable
from typing import Any

import uvloop
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaResponse
from faststream.security import SASLScram512
from faststream_outbox import OutboxBroker, make_outbox_table
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from bench.load import Load
from bench.obey import obey, take_voice
from bench.place import CONNECTIONS_MAX, Place, read_place
from bench.referral import answer, referral
from bench.trips import Trips

QUEUE = "to-peer"

TABLE = text("create table bench_referral (id text primary key, state text not null, body text)")
INSERT = text(
    "insert into bench_referral (id, state, body) values (:id, :state, :body) on conflict (id) do nothing"
)
ANSWERED = text("update bench_referral set state = :state where id = :id")


class Half:
    """One half of the case: a table for its outbox, a relay, and a handler of what arrives."""

    def __init__(self, place: Place) -> None:
        self.trips = Trips()
        self.metadata = MetaData()
        self.engine = create_async_engine(
            place.dsn.replace("postgresql://", "postgresql+asyncpg://"), pool_size=CONNECTIONS_MAX
        )
        self._session = async_sessionmaker(self.engine, expire_on_commit=False)
        table = make_outbox_table(self.metadata, table_name="bench_outbox")
        self.outbox = OutboxBroker(self.engine, outbox_table=table, logger=None)
        self.kafka = KafkaBroker(
            place.bootstrap,
            security=SASLScram512(username=place.username, password=place.password),
            acks="all",
            logger=None,
        )
        subscriber = self.kafka.subscriber(
            place.reads,
            group_id=place.group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
        )
        subscriber(self.receive if place.variant == "recipient" else self.hear)
        self.kafka.publisher(place.writes)(self.outbox.subscriber(QUEUE)(relay))

    async def receive(self, message: dict[str, Any]) -> None:
        """Keep a referral and what is answered, in one transaction."""
        async with self._session() as session, session.begin():
            values = {"id": message["id"], "state": "received", "body": str(message)}
            await session.execute(INSERT, values)
            await self.outbox.publish(answer(message["id"]), queue=QUEUE, session=session)

    async def hear(self, message: dict[str, Any]) -> None:
        """Take an answer in."""
        async with self._session() as session, session.begin():
            await session.execute(ANSWERED, {"id": message["id"], "state": message["state"]})
        self.trips.end(message["id"])

    async def send(self, key: str) -> str:
        """Keep a new referral and what is said, in one transaction."""
        new = referral(key)
        async with self._session() as session, session.begin():
            await session.execute(INSERT, {"id": key, "state": "requested", "body": str(new)})
            await self.outbox.publish(new, queue=QUEUE, session=session)
        return key


async def relay(body: dict[str, Any]) -> KafkaResponse:
    """Carry one row to Kafka, under the key of its referral."""
    return KafkaResponse(body, key=str(body["id"]).encode())


async def main() -> None:
    """Run one half."""
    voice = take_voice()
    half = Half(read_place())
    async with half.engine.begin() as connection:
        await connection.execute(TABLE)
        await connection.run_sync(half.metadata.create_all)
    await half.kafka.start()
    await half.outbox.start()
    load = Load(half.send, half.trips)
    acts: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
        "begin": load.begin,
        "mark": load.mark,
        "stop": load.stop,
    }
    try:
        await obey(voice, acts)
    finally:
        await half.outbox.stop()
        await half.kafka.stop()
        await half.engine.dispose()


if __name__ == "__main__":
    uvloop.run(main())
