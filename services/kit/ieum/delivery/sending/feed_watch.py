"""Wakes clients that wait for the feed's next event; all of them share one database query."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from asyncpg import Connection

from ieum.delivery.delivery_context import Connections
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.limits import USUAL

_log = structlog.get_logger(__name__)


class News:
    """Queries the feed's end while somebody waits, and at once when this process has numbered it."""

    def __init__(self, look_seconds: float = USUAL.feed_seconds) -> None:
        self._look_seconds = look_seconds
        self.looks = 0
        self._waiting: dict[asyncio.Future[None], int] = {}
        self._told = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def tell(self) -> None:
        """Report that the feed has grown."""
        self._told.set()

    @contextmanager
    def beyond(self, number: int, database: Connections) -> Iterator[asyncio.Future[None]]:
        """Lend a future that is done as soon as the feed goes beyond a number."""
        news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[news] = number
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(database))
        try:
            yield news
        finally:
            del self._waiting[news]
            if not self._waiting and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _look(self, database: Connections) -> None:
        while True:
            self._told.clear()
            end = await self._end(database)
            for news, number in self._waiting.items():
                if end > number and not news.done():
                    news.set_result(None)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_seconds):
                    await self._told.wait()

    async def _end(self, database: Connections) -> int:
        """Return the feed's last number; 0 while the database is away, for every wait has an end."""
        self.looks += 1
        try:
            async with database.acquire() as connection:
                return await feed_end(connection)
        except DATABASE_RETRYABLE:
            return 0
        except Exception as error:  # noqa: BLE001 - most often a database that was never migrated
            _log.error("feed.unread", error=type(error).__name__)
            return 0


_END = "select coalesce(max(number), 0) from feed"


async def feed_end(connection: Connection) -> int:
    """Return the feed's last number; 0 while it is empty."""
    return int(await connection.fetchval(_END))
