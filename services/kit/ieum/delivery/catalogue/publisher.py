"""Publishes this agency's programmes in the centre's catalogue."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from asyncpg import Connection
from uuid_utils.compat import uuid7

from ieum.delivery.backoff import BackOff
from ieum.delivery.catalogue.reader import KEEP, RETRY_SECONDS, RETRY_SECONDS_MAX, record_key
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.sending.producer import Outgoing, Producer
from ieum.delivery.sending.relay import Relay
from ieum.errors import Transient
from ieum_contracts import envelope
from ieum_contracts.catalogue import dataschema_of, encode, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.topics import Family, topic_of

SAY_AGAIN_SECONDS = 3600.0

_log = structlog.get_logger(__name__)


class CataloguePublisher:
    """Publishes the programmes at start and every hour, from the leading process."""

    def __init__(
        self,
        context: DeliveryContext,
        relay: Relay,
        producer: Producer,
        programmes: Sequence[ProgrammePublished],
    ) -> None:
        self._context = context
        self._relay = relay
        self._producer = producer
        self._programmes = programmes

    async def run(self) -> None:
        """Work until cancelled, while this process leads."""
        backoff = BackOff(RETRY_SECONDS, RETRY_SECONDS_MAX)
        while True:
            await self._relay.leading.wait()
            try:
                async with self._context.database.acquire() as connection:
                    await self._context.peers.know(connection, [self._context.me])
                    async with connection.transaction():
                        bodies = await _number(connection, self._context, self._programmes)
                await self._say(bodies)
            except (*DATABASE_RETRYABLE, Transient) as error:
                pause = backoff.pause()
                _log.warning("catalogue.publish-failed", error=str(error), retry_seconds=round(pause, 2))
                await asyncio.sleep(pause)
                continue
            except Exception as error:  # noqa: BLE001 - delivery goes on without it
                _log.error("catalogue.failed", error=type(error).__name__)
                await asyncio.sleep(backoff.pause())
                continue
            backoff.reset()
            _log.info("catalogue.published", programmes=len(bodies))
            with suppress(TimeoutError):  # another leader may have published other versions meanwhile
                async with asyncio.timeout(SAY_AGAIN_SECONDS):
                    await self._relay.lost.wait()

    async def _say(self, bodies: Sequence[ProgrammePublished]) -> None:
        acknowledged, poison = await self._producer.send([self._record(body) for body in bodies])
        if poison is not None:
            raise Transient(f"The broker takes {acknowledged} of {len(bodies)} ({poison.reason}).")

    def _record(self, body: ProgrammePublished) -> Outgoing:
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


_OWN = "select id, version, body from catalogue where peer = $1"


async def _number(
    connection: Connection, context: DeliveryContext, programmes: Sequence[ProgrammePublished]
) -> list[ProgrammePublished]:
    """Give each programme its last published version, or a higher one when it has changed.

    Versions are milliseconds since 1970, so they rise even after the database was lost. A programme that
    is no longer declared is published as no longer offered.
    """
    peer = context.peers.number(context.me)
    said = {row["id"]: row for row in await connection.fetch(_OWN, peer)}
    declared = {record_key(programme): programme for programme in programmes}
    gone = [
        ProgrammePublished.model_validate_json(row["body"]).model_copy(update={"offered": False})
        for key, row in said.items()
        if key not in declared
    ]
    bodies: list[ProgrammePublished] = []
    for programme in [*programmes, *gone]:
        row = said.get(record_key(programme))
        version = int(row["version"]) if row else 0
        body = programme.model_copy(update={"version": version or 1})
        if row is None or encode(body) != row["body"]:
            version = max(version + 1, int(context.clock().timestamp() * 1000))
            body = programme.model_copy(update={"version": version})
            await connection.execute(KEEP, peer, record_key(body), version, encode(body))
        bodies.append(body)
    return bodies
