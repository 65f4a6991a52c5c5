"""Where this process stands: whether its database may be older than what its peers have heard from it."""

import asyncio

import structlog

CHECK_SECONDS_MAX = 5.0

_log = structlog.get_logger(__name__)


class RestoreCheck:
    """Known once the start has compared the database with Kafka; `comparing` while peers are being asked."""

    def __init__(self) -> None:
        self._known = asyncio.Event()
        self._known.set()
        self.comparing = False

    def doubt(self) -> None:
        """Say that the database has yet to be compared with Kafka."""
        self._known.clear()

    def settle(self, *, comparing: bool) -> None:
        """Say what the comparison has shown."""
        self.comparing = comparing
        self._known.set()

    async def settled(self) -> None:
        """Wait for the comparison, some seconds at most: an agency works while Kafka is away."""
        if self._known.is_set():
            return
        try:
            async with asyncio.timeout(CHECK_SECONDS_MAX):
                await self._known.wait()
        except TimeoutError:
            _log.warning("restored.unchecked", seconds=CHECK_SECONDS_MAX)
            self._known.set()
