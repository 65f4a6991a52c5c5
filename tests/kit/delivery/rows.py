"""Rows of delivery as a test puts them into an agency's database, and what the agency wrote there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from asyncpg import Connection

from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.blocked.parking import park
from ieum.delivery.connection_arguments import connection_arguments
from ieum.delivery.records.verification import heard
from ieum.delivery.sending.feed_watch import News
from ieum.delivery.sending.leadership import DatabaseAddress
from ieum.delivery.sending.producer import Producer
from ieum.delivery.sending.read_from import ReadFrom
from ieum.delivery.sending.relay import Relay
from ieum.delivery.streams.stream import FAMILIES, StreamKey
from ieum_contracts import envelope
from ieum_contracts.catalogue import decode
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralAmended
from ieum_contracts.topics import Family, login, topic_of
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare

KNOWN_SECONDS_MAX = 20.0
STREAM = """
insert into stream (key, peer, family, said, heard, stopped) values ($1, $2, 1, $3, $4, $5)
on conflict (key, peer, family) do update set
    said = excluded.said, heard = excluded.heard, stopped = excluded.stopped
"""


async def peer_of(agency: Bare, other: Bare) -> int:
    """Return the number of another agency in this one's database."""
    async with agency.database.acquire() as connection:
        await agency.context.peers.know(connection, [other.address])
    return agency.context.peers.number(other.address)


async def add_stream(
    agency: Bare, at: StreamKey, *, said: int = 0, heard: int = 0, stopped: str | None = None
) -> None:
    """Write the row of a stream of referrals."""
    await agency.change(STREAM, at.key, at.peer, said, heard, stopped)


def waiting(
    me: Bare, source: Bare, at: StreamKey, sequence: int, since: datetime, *, body: Model | None = None
) -> ParkedEvent:
    """Make an event that waits in a stream, as it would have arrived."""
    raw = wire.event(source.address, me.address, at.key, sequence, body or ReferralAmended())
    headers, value = envelope.canonical(raw.headers), raw.value or b""
    event = envelope.read(raw.headers)
    known = heard(Family.REFERRAL, at.key, sequence, event, headers=headers, body=value)
    return ParkedEvent(at, known, "stream.waiting", since)


async def add_parked(agency: Bare, *parked: ParkedEvent) -> None:
    """Write events that wait."""
    async with agency.database.acquire() as connection:
        await park(connection, parked)


async def take_notices(agency: Bare) -> list[Model]:
    """Take out the notices that an agency is to send, and read their bodies."""
    rows = await agency.rows("with gone as (delete from notice returning *) select * from gone order by id")
    found = []
    for row in rows:
        event = envelope.read(envelope.from_canonical(bytes(row["headers"])))  # type: ignore[call-overload]
        found.append(decode(event.type, event.dataschema, bytes(row["body"])))  # type: ignore[call-overload]
    return found


def resting_relay(agency: Bare) -> Relay:
    """Make a relay that does not run, and is only woken."""
    return Relay(DatabaseAddress(""), agency.context, Producer(agency.settings), News())


async def only_send(_connection: Connection, _read_from: ReadFrom) -> None:
    """Do nothing else while a turn of an outbox sender waits for the broker."""


@asynccontextmanager
async def reading(agency: Bare) -> AsyncIterator[AIOKafkaConsumer]:
    """Lend a consumer of the agency's own group, which knows its mailboxes and reads nothing by itself."""
    consumer = AIOKafkaConsumer(
        **connection_arguments(agency.settings),
        group_id=login(agency.address),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        topics = [topic_of(agency.address, family) for family in FAMILIES.values()]
        async with asyncio.timeout(KNOWN_SECONDS_MAX):
            await asyncio.gather(*(consumer._client.add_topic(topic) for topic in topics))
        yield consumer
    finally:
        await consumer.stop()


def key_of(number: int) -> UUID:
    """Return a key that sorts by its number."""
    return UUID(int=number)
