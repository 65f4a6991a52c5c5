"""Whether this process's database may be older than what its peers have heard from it."""

import asyncio
from datetime import datetime
from time import monotonic

import structlog

from ieum.delivery.feed_end import FeedEnd

WAIT_SECONDS_MAX = 5.0
"""How long one order waits for the comparison, before it is asked to come again."""
SILENT_SECONDS_MAX, ANSWERING_SECONDS_MAX = 30.0, 120.0
"""After which orders are served though nothing is compared: where no broker answers, and where one does."""

_log = structlog.get_logger(__name__)


class RestoreCheck:
    """The result of comparing the database with Kafka; `comparing` while peers are asked.

    Compared at the start, and again after the connection to the database was lost: who answers now may be an
    older copy.
    """

    def __init__(
        self,
        wait_seconds: float = WAIT_SECONDS_MAX,
        silent_seconds: float = SILENT_SECONDS_MAX,
        answering_seconds: float = ANSWERING_SECONDS_MAX,
    ) -> None:
        self._wait_seconds = wait_seconds
        self._silent_seconds, self._answering_seconds = silent_seconds, answering_seconds
        self._known = asyncio.Event()
        self._known.set()
        self._compared = asyncio.Event()
        self._compared.set()
        self._since = 0.0
        self.doubts = 0
        """How often the database was doubted."""
        self._answering = False
        self.comparing = False
        self.feed_end: FeedEnd | None = None
        """Where the feed ended when this process last saw it, in a database that was not doubted."""
        self._server: datetime | None = None

    def doubt(self) -> None:
        """Mark the database as not compared with Kafka yet."""
        self._known.clear()
        self._compared.clear()
        self._answering, self._since = False, monotonic()
        self.doubts += 1

    def answering(self) -> None:
        """Note that a broker answers: the comparison is under way, and orders have to wait for it."""
        if self.is_doubted and not self._answering:
            self._answering, self._since = True, monotonic()
            self._known.clear()

    def note_feed(self, end: FeedEnd) -> None:
        """Note that the feed has given numbers; not in a database that may be older than what was noted."""
        if not self.is_doubted:
            self.feed_end = end

    def note_server(self, started: datetime) -> None:
        """Note when the server of a new connection was started: another one may be an older copy."""
        if self._server not in {None, started}:
            self.doubt()
        self._server = started

    def settle(self, *, comparing: bool, feed_end: FeedEnd | None = None, doubts: int | None = None) -> None:
        """Store the result of the comparison, and where the feed ends in the database that was compared.

        `doubts` is what `doubts` was when the comparison began: after another doubt it has to be made again.
        """
        self.comparing = comparing
        if doubts in {None, self.doubts}:
            self.feed_end = feed_end
            self._compared.set()
            self._known.set()

    @property
    def is_doubted(self) -> bool:
        """Whether the comparison is still to be made."""
        return not self._compared.is_set()

    @property
    def is_known(self) -> bool:
        """Whether an order may say something: all is compared, or it goes on without knowing."""
        return self._known.is_set()

    async def compared(self) -> None:
        """Wait for the comparison, however long Kafka is away.

        For whoever acts by itself and may say something: nobody waits for it, and in a restored database
        its number may have been given before. To be called before a connection is taken and rows are locked.
        """
        await self._compared.wait()

    async def settled(self) -> bool:
        """Wait some seconds for the comparison; returns False while it is under way and nothing may be said.

        To be called before a connection is taken and rows are locked; `is_known` then holds, or does not.
        An agency works while Kafka is away: after some time it goes on without knowing.
        """
        if self._known.is_set():
            return True
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._known.wait()
        except TimeoutError:
            patience = self._answering_seconds if self._answering else self._silent_seconds
            if monotonic() - self._since < patience:
                return False
            _log.warning("restored.unchecked", answering=self._answering)
            self._known.set()
        return True
