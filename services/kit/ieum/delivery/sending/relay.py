"""The relay: sends the outbox to Kafka, in order, from the one process that holds the agency's lock."""

import asyncio
from contextlib import suppress

import structlog
from asyncpg import Connection

from ieum.delivery.backoff import BackOff
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.feed_end import forget_doubted_end, note_doubted_end
from ieum.delivery.sending.feed_numbering import number_feed
from ieum.delivery.sending.feed_watch import News
from ieum.delivery.sending.leadership import CHANNEL, LOCK_SECONDS, DatabaseAddress, Leadership
from ieum.delivery.sending.outbox_sender import OutboxSender
from ieum.delivery.sending.producer import Producer
from ieum.delivery.sending.read_from import ReadFrom
from ieum.delivery.sending.set_aside import release
from ieum.delivery.sessions import SERVER_STARTED
from ieum.errors import Transient

NOTIFY_SECONDS = 0.005
NUMBER_SECONDS, UNREAD_SECONDS = 0.05, 0.25
"""Seconds between two numberings of the feed, while somebody waits for it or not: each is a commit."""
PACE_SECONDS, PACED_ROWS_MIN = 0.005, 8
"""Where much is said, the relay rests between turns, so that the next one carries more."""
HELD_SECONDS = 30.0
"""After which all that was set aside is tried again; at once when a partition that was away is back."""
BACKOFF_SECONDS_MIN, BACKOFF_SECONDS_MAX = 0.05, 5.0

_log = structlog.get_logger(__name__)


class Relay:
    """Sends the outbox. One runs in every process: the one that holds the lock works, the others wait."""

    def __init__(
        self, address: DatabaseAddress, context: DeliveryContext, producer: Producer, news: News
    ) -> None:
        self._leadership = Leadership(address)
        self._news = news
        self._context = context
        self._producer = producer
        self._woken = asyncio.Event()
        self._notifying: asyncio.Task[None] | None = None
        self._backoff = BackOff(BACKOFF_SECONDS_MIN, BACKOFF_SECONDS_MAX)
        self._database_backoff = BackOff(LOCK_SECONDS, BACKOFF_SECONDS_MAX)
        self.leading, self.lost = self._leadership.leading, self._leadership.lost
        self.last_turn = 0.0
        self.failing: tuple[float, str] | None = None
        """Since when the broker takes nothing, and how that shows; None while this process does not lead."""

    def wake(self) -> None:
        """To be called after a commit. Only a hint: the table is read once a second anyway."""
        self._woken.set()
        if not self.leading.is_set() and self._notifying is None:
            self._notifying = asyncio.create_task(self._notify())

    async def run(self) -> None:
        """Work until cancelled, through every failure of database and broker."""
        while True:
            try:
                await self._hold()
            except DATABASE_RETRYABLE as error:
                _log.warning("relay.database-away", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - after any failure, the outbox is still there
                _log.error("relay.failed", error=type(error).__name__)
            await asyncio.sleep(self._database_backoff.pause())

    async def _hold(self) -> None:
        try:
            async with self._leadership.lead(self._waiting, self._woken.set, self._cut) as connection:
                self._database_backoff.reset()
                await self._pump(connection)
        finally:
            self.failing = None

    def _cut(self) -> None:
        """Have the database compared with Kafka again: who answers after this may be an older copy."""
        self._context.restore_check.doubt()

    def _waiting(self) -> None:
        self.last_turn = _now()
        self._database_backoff.reset()

    async def _pump(self, connection: Connection) -> None:
        await self._meet(connection)
        sender = OutboxSender(connection, self._context, self._producer, self._keep_alive)
        released = numbered = 0.0
        more = frozenset[int]()
        while True:
            self._woken.clear()
            self.last_turn = _now()
            due = self.last_turn - released > HELD_SECONDS or await self._producer.some_are_back()
            if due or more:
                released = self.last_turn if due else released
                sender.read_from.forget()
                rows_max = self._context.limits.set_aside_rows
                more = await release(connection, rows_max, None if due else more)
            try:
                sent = await sender.turn()
                more -= sender.passed_over
                self._backoff.reset()
                self.failing = None
            except Transient as error:
                self.failing = self.failing or (self.last_turn, str(error))
                pause = self._backoff.pause()
                _log.warning("relay.broker-away", error=str(error), retry_seconds=round(pause, 2))
                await self._back_off(connection, sender.read_from, pause)
                continue
            fresh = self._is_due(numbered)
            if fresh:
                await self._number(connection, sender.read_from)
                numbered = self.last_turn
            if not sent and fresh:
                await self._wait(self._context.limits.poll_seconds)
            elif not sent:
                await self._wait_to_number(numbered)
            elif sent >= PACED_ROWS_MIN:
                await asyncio.sleep(PACE_SECONDS)
            elif not more and not sender.passed_over:
                await self._wait(NUMBER_SECONDS)  # what was sent is deleted with the next read

    async def _meet(self, connection: Connection) -> None:
        """Note which server answers, and while the database is doubted where its feed ends."""
        self._context.restore_check.note_server(await connection.fetchval(SERVER_STARTED))
        if self._context.restore_check.is_doubted:
            await note_doubted_end(connection)
        if not self._context.restore_check.is_doubted:  # or not any more: it was compared meanwhile
            await forget_doubted_end(connection)

    def _is_due(self, numbered: float) -> bool:
        return _now() - numbered >= (NUMBER_SECONDS if self._news.waiting else UNREAD_SECONDS)

    async def _wait_to_number(self, numbered: float) -> None:
        """Wait until the feed is to be numbered, or something is said; somebody may come who waits for it."""
        while not self._woken.is_set() and not self._is_due(numbered):
            await self._wait(NUMBER_SECONDS)

    async def _number(self, connection: Connection, read_from: ReadFrom) -> None:
        if end := await number_feed(connection, read_from):
            self._context.restore_check.note_feed(end)
            self._news.tell()

    async def _keep_alive(self, connection: Connection, read_from: ReadFrom) -> None:
        """Keep the lock's session from looking idle, and the feed numbered, while Kafka is waited for."""
        self.last_turn = _now()
        await self._number(connection, read_from)

    async def _back_off(self, connection: Connection, read_from: ReadFrom, pause: float) -> None:
        """Wait out a failure of the broker; meanwhile keep the lock's session alive and the feed numbered."""
        until = _now() + pause
        while (left := until - _now()) > 0:
            await self._keep_alive(connection, read_from)
            await asyncio.sleep(min(left, self._context.limits.poll_seconds))

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _notify(self) -> None:
        """Wake the leading process, a little later, so that a burst of commits costs one notification."""
        try:
            await asyncio.sleep(NOTIFY_SECONDS)
            with suppress(*DATABASE_RETRYABLE):
                async with self._context.database.acquire() as connection:
                    await connection.execute("select pg_notify($1, '')", CHANNEL)
        finally:
            self._notifying = None


def _now() -> float:
    return asyncio.get_running_loop().time()
