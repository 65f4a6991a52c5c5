"""Whether this process's database may be older than what its peers have heard from it."""

import asyncio

import structlog

SILENT_SECONDS_MAX = 5.0
"""How long an order waits: then it is served if no broker answers, and refused for now if one does."""
ANSWERING_SECONDS_MAX = 120.0
"""After which orders are served though brokers answer and the comparison is not made."""

_log = structlog.get_logger(__name__)


class RestoreCheck:
    """The result of comparing the database with Kafka; `comparing` while peers are asked.

    Compared at the start, and again after the connection to the database was lost: who answers now may be an
    older copy.
    """

    def __init__(
        self, silent_seconds: float = SILENT_SECONDS_MAX, answering_seconds: float = ANSWERING_SECONDS_MAX
    ) -> None:
        self._silent_seconds, self._answering_seconds = silent_seconds, answering_seconds
        self._known = asyncio.Event()
        self._known.set()
        self._compared = asyncio.Event()
        self._compared.set()
        self._since = 0.0
        self._answering = False
        self.comparing = False

    def doubt(self) -> None:
        """Mark the database as not compared with Kafka yet."""
        self._known.clear()
        self._compared.clear()
        self._answering = False

    def answering(self) -> None:
        """Note that a broker answers: the comparison is under way, and orders have to wait for it."""
        if self.is_doubted and not self._answering:
            self._answering, self._since = True, _now()
            self._known.clear()

    def settle(self, *, comparing: bool) -> None:
        """Store the result of the comparison."""
        self.comparing = comparing
        self._compared.set()
        self._known.set()

    @property
    def is_doubted(self) -> bool:
        """Whether the comparison is still to be made."""
        return not self._compared.is_set()

    async def compared(self) -> None:
        """Wait for the comparison, however long Kafka is away.

        For whoever acts by itself and may say something: nobody waits for it, and in a restored database
        its number may have been given before. To be called before a connection is taken and rows are locked.
        """
        await self._compared.wait()

    async def settled(self) -> bool:
        """Wait some seconds for the comparison; returns False while it is under way and nothing may be said.

        An agency works while Kafka is away: then, or when brokers answer and the comparison is not made for
        long, it goes on without knowing.
        """
        if self._known.is_set():
            return True
        try:
            async with asyncio.timeout(self._silent_seconds):
                await self._known.wait()
        except TimeoutError:
            if self._answering and _now() - self._since < self._answering_seconds:
                return False
            _log.warning("restored.unchecked", answering=self._answering)
            self._known.set()
        return True


def _now() -> float:
    return asyncio.get_running_loop().time()
