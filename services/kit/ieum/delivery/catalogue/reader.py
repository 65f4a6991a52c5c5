"""Reads the centre's catalogue: stores the programmes that every agency publishes, and their room."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from ieum.delivery.backoff import BackOff
from ieum.delivery.catalogue.catalogue_records import CatalogueBody, keep, record_key
from ieum.delivery.connection_arguments import connection_arguments
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.partition_leaders import led
from ieum.delivery.records.received import Record
from ieum.delivery.records.verification import read_envelope
from ieum.delivery.running_consumer import ReadingEndedError, check_reading, renew_login
from ieum.settings import Settings
from ieum_contracts.catalogue import Invalid, NotUnderstood, decode
from ieum_contracts.envelope import Envelope, EnvelopeError
from ieum_contracts.topics import Family, topic_of

RETRY_SECONDS, RETRY_SECONDS_MAX = 1.0, 5.0
METADATA_MS = 5_000
POLL_MS, FETCH_WAIT_MS = 1_000, 2_000
RECORDS_MAX = 200
STOP_SECONDS_MAX = 8.0

_log = structlog.get_logger(__name__)


class CatalogueListener(Protocol):
    """The application's copy of the catalogue."""

    def changed(self) -> None:
        """Note that the catalogue in the database has changed."""
        ...

    def whole(self) -> None:
        """Note that everything published before the start is in the database."""
        ...


class NoListener:
    """A listener for an application that needs no catalogue."""

    def changed(self) -> None:
        """Do nothing."""

    def whole(self) -> None:
        """Do nothing."""


class CatalogueReader:
    """Reads the catalogues of all agencies, also of those that join later, and keeps the newest versions.

    An own record newer than the database has was published before an older backup was restored: `outdated`
    is set, so that what is true now is published above it.
    """

    def __init__(
        self,
        settings: Settings,
        context: DeliveryContext,
        listener: CatalogueListener,
        outdated: asyncio.Event,
    ) -> None:
        self._settings = settings
        self._context = context
        self._listener = listener
        self._outdated = outdated

    async def run(self) -> None:
        """Read until cancelled, from the beginning after each start: the topics are compacted and small."""
        backoff = BackOff(RETRY_SECONDS, RETRY_SECONDS_MAX)
        while True:
            try:
                await self._read(backoff)
            except (*DATABASE_RETRYABLE, KafkaError) as error:
                _log.warning("catalogue.away", error=type(error).__name__)
            except ReadingEndedError as ended:
                _log.error("catalogue.begun-anew", cause=str(ended))
            except Exception as error:  # noqa: BLE001 - reading starts again from the beginning
                _log.error("catalogue.failed", error=type(error).__name__)
            await asyncio.sleep(backoff.pause())

    async def _read(self, backoff: BackOff) -> None:
        consumer = AIOKafkaConsumer(
            **connection_arguments(self._settings),
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            metadata_max_age_ms=METADATA_MS,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            request_timeout_ms=int(self._context.limits.answer_seconds * 1000),
        )
        consumer.subscribe(pattern=rf"^{self._context.me.centre}\.[a-z0-9-]+\.{Family.CATALOGUE}$")
        whole = False
        try:
            await consumer.start()
            while True:
                if not whole and (whole := await _at_end(consumer)):
                    self._listener.whole()
                renew_login(consumer, self._settings)
                check_reading(consumer)
                batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_MAX)
                backoff.reset()
                for records in batches.values():
                    await self._keep(records)
        finally:
            with suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS_MAX):
                    await consumer.stop()

    async def _keep(self, records: Sequence[Record]) -> None:
        async with self._context.database.acquire() as connection:
            for record in records:
                published = _published(record)
                if published is None:
                    continue
                event, body = published
                await self._context.peers.know(connection, [event.source])
                peer = self._context.peers.number(event.source)
                stored = await keep(connection, peer, body, record.value or b"")
                if stored and event.source == self._context.me:
                    _log.warning("catalogue.outdated", record=record_key(body), version=body.version)
                    self._outdated.set()
        self._listener.changed()


async def _at_end(consumer: AIOKafkaConsumer) -> bool:
    """Whether at least one topic is there (our own always is) and all are read to their present end.

    Those that nobody leads are left out: they are read when they are led again.
    """
    ends = await consumer.end_offsets(led(consumer, consumer.assignment()))
    read = [await consumer.position(partition) >= end for partition, end in ends.items()]
    return bool(read) and all(read)


def _published(record: Record) -> tuple[Envelope, CatalogueBody] | None:
    """Read one catalogue record; None, and a log line, when it is invalid or not its owner's."""
    try:
        event = read_envelope(record)
        body = decode(event.type, event.dataschema, record.value or b"")
    except (EnvelopeError, NotUnderstood, Invalid) as error:
        _log.warning(
            "catalogue.record-ignored", reason=error.reason, topic=record.topic, offset=record.offset
        )
        return None
    if record.topic != topic_of(event.source, Family.CATALOGUE) or not isinstance(body, CatalogueBody):
        _log.warning(
            "catalogue.record-ignored", reason="place.topic", topic=record.topic, offset=record.offset
        )
        return None
    if record.key != event.subject.encode() or event.subject != record_key(body):
        _log.warning("catalogue.record-ignored", reason="place.key", topic=record.topic, offset=record.offset)
        return None
    return event, body
