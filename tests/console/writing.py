"""Records as agencies would write them: envelopes and bodies of a test's own, sent to real mailboxes."""

from asyncio import Future
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from ieum.delivery.records.partitions import partition_of
from ieum_contracts import envelope
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.envelope import Envelope
from ieum_contracts.topics import Family, topic_of
from ieum_lab.testing.admin_connection import admin_connection
from ieum_lab.testing.centre import AGENCIES, CentreUnderTest

SENDER, RECIPIENT = AGENCIES
CANARY = b'{"sealed": {"name": "CANARY-7c1e"}}'


@dataclass(frozen=True)
class Event:
    """An event to be written: by whom, of what type, with which number."""

    source: str
    recipient: str
    type: str
    key: UUID
    sequence: int | None
    journey: UUID | None = None
    causation: str | None = None


@asynccontextmanager
async def writer(centre: CentreUnderTest) -> AsyncIterator["Writer"]:
    settings = centre.settings
    async with AIOKafkaProducer(
        **admin_connection(settings),
        linger_ms=5,
        max_batch_size=256 * 1024,
    ) as producer:
        yield Writer(centre, producer)


class Writer:
    """Writes events to the mailboxes of a centre, in their order."""

    def __init__(self, centre: CentreUnderTest, producer: AIOKafkaProducer) -> None:
        self._centre = centre
        self._producer = producer

    async def say(self, *events: Event) -> None:
        """Write events and wait until the broker has them."""
        acknowledged = [await self._send(each) for each in events]
        for each in acknowledged:
            await each

    async def garbage(self, topic: str, *records: tuple[bytes, list[tuple[str, bytes]]]) -> None:
        """Write records that are no events."""
        for body, headers in records:
            await self._producer.send_and_wait(topic, body, key=b"x", headers=headers)

    async def record(
        self, topic: str, body: bytes, *, key: bytes, partition: int, headers: list[tuple[str, bytes]]
    ) -> None:
        """Write one record as it is given, and wait until the broker has it."""
        await self._producer.send_and_wait(topic, body, key=key, partition=partition, headers=headers)

    async def _send(self, event: Event) -> Future[object]:
        kind = EVENT_TYPES[event.type]
        recipient = self._centre.address(event.recipient)
        written = Envelope(
            id=uuid4(),
            source=self._centre.address(event.source),
            type=event.type,
            time=datetime.now(UTC),
            subject=str(event.key),
            recipient=recipient,
            dataschema=kind.dataschema,
            sequence=event.sequence,
            journey=event.journey,
            causation=event.causation,
        )
        key = str(event.key).encode()
        sent: Future[object] = await self._producer.send(
            topic_of(recipient, kind.family),
            CANARY,
            key=key,
            partition=0 if kind.family is Family.DELIVERY else partition_of(key),
            headers=envelope.write(written),
        )
        return sent


def referrals(number: int) -> Iterator[list[Event]]:
    """Give the events of referrals, each from its request to its end: seven events."""
    for _ in range(number):
        yield story(uuid4())


def story(key: UUID, journey: UUID | None = None) -> list[Event]:
    """Give the events of one referral from its request to its end, in the order of saying."""
    journey = journey or uuid4()
    mine, theirs = (SENDER, RECIPIENT), (RECIPIENT, SENDER)
    told = [
        (mine, "requested", 1),
        (theirs, "received", 1),
        (theirs, "accepted", 2),
        (theirs, "started", 3),
        (theirs, "completed", 4),
        (mine, "outcome-acknowledged", 2),
        (theirs, "closed", 5),
    ]
    return [Event(*edge, f"referral.{word}.v1", key, number, journey) for edge, word, number in told]


def flat(stories: Iterable[list[Event]]) -> list[Event]:
    """Put the events of many referrals into one order, step by step."""
    whole = list(stories)
    return [events[place] for place in range(max(map(len, whole))) for events in whole if place < len(events)]
