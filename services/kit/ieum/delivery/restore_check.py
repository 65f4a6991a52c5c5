"""Whether this process's database may be older than what its peers have heard from it."""

import asyncio

import structlog

CHECK_SECONDS_MAX = 5.0

_log = structlog.get_logger(__name__)


class RestoreCheck:
    """The result of comparing the database with Kafka at the start; `comparing` while peers are asked."""

    def __init__(self) -> None:
        self._known = asyncio.Event()
        self._known.set()
        self._compared = asyncio.Event()
        self._compared.set()
        self.comparing = False

    def doubt(self) -> None:
        """Mark the database as not compared with Kafka yet."""
        self._known.clear()
        self._compared.clear()

    def settle(self, *, comparing: bool) -> None:
        """Store the result of the comparison."""
        self.comparing = comparing
        self._compared.set()
        self._known.set()

    async def compared(self) -> None:
        """Wait for the comparison, however long Kafka is away.

        For whoever acts by itself and may say something: nobody waits for it, and in a restored database
        its number may have been given before. To be called before a connection is taken and rows are locked.
        """
        await self._compared.wait()

    async def settled(self) -> None:
        """Wait for the comparison, at most some seconds: an agency works while Kafka is away."""
        if self._known.is_set():
            return
        try:
            async with asyncio.timeout(CHECK_SECONDS_MAX):
                await self._known.wait()
        except TimeoutError:
            _log.warning("restored.unchecked", seconds=CHECK_SECONDS_MAX)
            self._known.set()
