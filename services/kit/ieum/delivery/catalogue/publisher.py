"""Publishes this agency's programmes and their room in the centre's catalogue."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from asyncpg import Connection
from uuid_utils.compat import uuid7

from ieum.delivery.backoff import BackOff
from ieum.delivery.catalogue.catalogue_records import CatalogueBody, record_key
from ieum.delivery.catalogue.numbering import numbered
from ieum.delivery.catalogue.reader import RETRY_SECONDS, RETRY_SECONDS_MAX
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.sending.partition_queue import Outgoing
from ieum.delivery.sending.producer import Producer
from ieum.delivery.sending.relay import Relay
from ieum.errors import Transient
from ieum_contracts import envelope
from ieum_contracts.capacity import CapacityChanged
from ieum_contracts.catalogue import dataschema_of, encode, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.topics import Family, topic_of

SAY_AGAIN_SECONDS = 3600.0

_log = structlog.get_logger(__name__)


class CapacitySource(Protocol):
    """The application's word on how much room its programmes have."""

    changed: asyncio.Event
    """Set when there is other room than was published last."""

    async def read(self, connection: Connection) -> Sequence[CapacityChanged]:
        """Return the room of every programme of which it is known; versions are not looked at."""
        ...


class NoCapacities:
    """The source of an application that says nothing about room."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()

    async def read(self, _connection: Connection) -> Sequence[CapacityChanged]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class Offers:
    """What this agency publishes: its programmes, and their room as it changes."""

    programmes: Sequence[ProgrammePublished] = ()
    capacities: CapacitySource = field(default_factory=NoCapacities)


class CataloguePublisher:
    """Publishes at start and every hour, and changed room at once, from the leading process."""

    def __init__(self, context: DeliveryContext, relay: Relay, producer: Producer, offers: Offers) -> None:
        self._context = context
        self._relay = relay
        self._producer = producer
        self._offers = offers

    async def run(self) -> None:
        """Work until cancelled, while this process leads."""
        backoff = BackOff(RETRY_SECONDS, RETRY_SECONDS_MAX)
        all_of_it = True
        while True:
            await self._relay.leading.wait()
            self._offers.capacities.changed.clear()
            try:
                await self._publish(all_of_it=all_of_it)
            except (*DATABASE_RETRYABLE, Transient) as error:
                pause = backoff.pause()
                _log.warning("catalogue.publish-failed", error=str(error), retry_seconds=round(pause, 2))
            except Exception as error:  # noqa: BLE001 - delivery goes on without it
                pause = backoff.pause()
                _log.error("catalogue.failed", error=type(error).__name__)
            else:
                backoff.reset()
                all_of_it = await self._wait()
                continue
            all_of_it = True  # what failed may have got its versions
            await asyncio.sleep(pause)

    async def _publish(self, *, all_of_it: bool) -> None:
        async with self._context.database.acquire() as connection:
            await self._context.peers.know(connection, [self._context.me])
            async with connection.transaction():
                capacities = await self._offers.capacities.read(connection)
                bodies = await numbered(connection, self._context, [*self._offers.programmes, *capacities])
        said = [each.body for each in bodies if all_of_it or each.is_new]
        await self._say(said)
        if all_of_it:
            _log.info(
                "catalogue.published", programmes=sum(isinstance(each, ProgrammePublished) for each in said)
            )

    async def _wait(self) -> bool:
        """Wait for news; returns whether all has to be said: another leader may have published meanwhile."""
        changed = asyncio.create_task(self._offers.capacities.changed.wait())
        waits = [changed, asyncio.create_task(self._relay.lost.wait())]
        try:
            done, _ = await asyncio.wait(
                waits, timeout=SAY_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for each in waits:
                each.cancel()
        return done != {changed}

    async def _say(self, bodies: Sequence[CatalogueBody]) -> None:
        outcome = await self._producer.send([self._record(body) for body in bodies])
        if len(outcome.acknowledged) < len(bodies):
            why = (
                ", ".join(poison.reason for poison in outcome.refused.values())
                or "nobody leads its partition"
            )
            raise Transient(f"The broker takes {len(outcome.acknowledged)} of {len(bodies)} ({why}).")

    def _record(self, body: CatalogueBody) -> Outgoing:
        me, key = self._context.me, record_key(body)
        event = Envelope(
            id=uuid7(),
            source=me,
            type=type_of(body),
            time=self._context.clock(),
            subject=key,
            recipient=me,
            dataschema=dataschema_of(body),
        )
        return Outgoing(topic_of(me, Family.CATALOGUE), key.encode(), encode(body), envelope.write(event))
