"""Runs the projector: reads and writes batches, looks how far all have read, says when Kafka is away."""

import asyncio
import time
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePath

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from asyncpg import Connection

from ieum.application.business_calendar import business_calendar
from ieum.delivery.backoff import BackOff
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.errors import Transient
from ieum.storage.database import Database
from ieum_console.projector.groups import GroupReader
from ieum_console.projector.headers import Rejected, Seen
from ieum_console.projector.names import ADD_AGENCIES
from ieum_console.projector.reading_rows import (
    forget_old,
    write_check,
    write_groups,
    write_kafka_away,
    write_reading,
)
from ieum_console.projector.silence_rows import look_at_silence
from ieum_console.projector.store import ProjectionStore, RebuiltError, read_offsets
from ieum_console.projector.taking_in import take_in
from ieum_console.projector.topics import TopicReader
from ieum_console.settings import ConsoleSettings

CHECK_SECONDS = 1.0
DESCRIBE_EVERY, FORGET_EVERY, DISCOVER_EVERY = 10, 60, 5
"""Checks between two looks at the members of groups, clean-ups, and searches for new topics."""
KAFKA_SECONDS_MAX = 5.0
RETRY_SECONDS, RETRY_SECONDS_MAX = 1.0, 10.0

_log = structlog.get_logger(__name__)


class KafkaAwayError(Transient):
    """Kafka does not answer, or not in time."""


@asynccontextmanager
async def kafka_answering(seconds: float = KAFKA_SECONDS_MAX) -> AsyncIterator[None]:
    """Give Kafka some seconds to answer what is asked inside; raises KafkaAwayError."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise KafkaAwayError(f"Kafka does not answer ({type(error).__name__}).") from error


def place_of(error: Exception) -> str:
    """Name where a fault came from: a file and a line, for its text may hold what was read."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    own = [each for each in traceback.extract_tb(error.__traceback__) if "ieum_console" in each.filename]
    frame = own[-1] if own else frame
    return f"{PurePath(frame.filename).name}:{frame.lineno}"


def _is_time(checked: float) -> bool:
    return time.monotonic() - checked >= CHECK_SECONDS


def now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


class Projector:
    """Fills one console's database until it is cancelled; both servers may go and come."""

    def __init__(self, settings: ConsoleSettings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._calendar = business_calendar(settings.centre_file)
        self.store = ProjectionStore(self._calendar)
        self._caught_up_at: dict[TopicPartition, float] = {}

    async def run(self) -> None:
        """Read until cancelled; after a fault everything begins at the stored offsets again."""
        backoff = BackOff(RETRY_SECONDS, RETRY_SECONDS_MAX)
        while True:
            try:
                await self._session(backoff)
            except RebuiltError:
                _log.info("projector.rebuilt")
            except KafkaAwayError as error:
                await self._kafka_away(error)
            except DATABASE_RETRYABLE as error:
                _log.warning("projector.database-away", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a fault of ours: said, and tried again
                _log.error("projector.failed", error=type(error).__name__, at=place_of(error))
            await asyncio.sleep(backoff.pause())

    async def _session(self, backoff: BackOff) -> None:
        reader, groups = TopicReader(self._settings), GroupReader(self._settings)
        try:
            async with kafka_answering():
                await asyncio.gather(reader.start(), groups.start())
            async with self._database.acquire() as connection:
                await self.store.begin(connection)
            await self._discover(reader)
            checks, checked = 0, 0.0
            while True:
                if _is_time(checked):
                    await self._check(reader, groups, checks)
                    checks, checked = checks + 1, time.monotonic()
                    backoff.reset()
                await take_in(reader.read, self._write, partial(_is_time, checked))
        finally:
            await asyncio.gather(reader.stop(), groups.stop())

    async def _write(self, records: Sequence[Seen | Rejected]) -> None:
        async with self._database.acquire() as connection:
            await self.store.apply(connection, records, now())

    async def _discover(self, reader: TopicReader) -> None:
        async with self._database.acquire() as connection:
            offsets = await read_offsets(connection)
            async with kafka_answering():
                new = await reader.discover(offsets)
            if new:
                await connection.execute(ADD_AGENCIES, [each.agency for each in reader.owners])
                _log.info("projector.topics", topics=len(reader.mailboxes), agencies=len(reader.owners))

    async def _check(self, reader: TopicReader, groups: GroupReader, checks: int) -> None:
        """Look how far the projection and every group are; raises when Kafka does not answer in time."""
        if checks % DISCOVER_EVERY == DISCOVER_EVERY - 1:
            await self._discover(reader)
        async with kafka_answering():
            ends, positions = await reader.ends(), await reader.positions()
            read = await groups.read(reader.owners, reader.mailboxes, ends)
            members = await groups.describe(reader.owners) if checks % DESCRIBE_EVERY == 0 else None
        async with self._database.acquire() as connection:
            await self.store.check_projection(connection)
            await write_reading(connection, read, now())
            await self._write_behind(connection, reader, ends, positions)
            if members is not None:
                await write_groups(connection, members, now())
            if checks % FORGET_EVERY == 0:
                await forget_old(connection, now())
                await look_at_silence(connection, self._calendar, now())

    async def _write_behind(
        self,
        connection: Connection,
        reader: TopicReader,
        ends: Mapping[TopicPartition, int],
        positions: Mapping[TopicPartition, int],
    ) -> None:
        """Store how many records are unread, and since when at most the oldest of them has lain there."""
        at = time.time()
        behind = 0
        oldest: list[float] = []
        for partition, end in ends.items():
            unread = end - positions[partition]
            if unread <= 0:
                self._caught_up_at[partition] = at
                continue
            behind += unread
            known = [reader.last_read.get(partition, 0) / 1000, self._caught_up_at.get(partition, 0.0)]
            if max(known) > 0:
                oldest.append(max(known))
        since = datetime.fromtimestamp(min(oldest), UTC) if oldest else None
        await write_check(connection, now(), behind, since, self.store.rebuilds)

    async def _kafka_away(self, error: Exception) -> None:
        _log.warning("projector.kafka-away", error=type(error.__cause__).__name__)
        with suppress(*DATABASE_RETRYABLE):
            async with self._database.acquire() as connection:
                await write_kafka_away(connection, now())
