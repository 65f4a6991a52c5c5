"""Job: retry events that an older instance parked because it did not understand them."""

from datetime import UTC, datetime, timedelta

from asyncpg import Connection

from ieum.delivery.blocked.not_understood import WokenUpTo, wake_for_new_contracts

INTERVAL = timedelta(minutes=10)
"""How often; an older instance may still park what the newer, leading one understands."""


class RetryNotUnderstood:
    """Wakes what was parked since the last time, with a margin: clocks of two instances may differ."""

    def __init__(self) -> None:
        self._since = self._next = datetime.min.replace(tzinfo=UTC)
        self._woken: WokenUpTo | None = None

    async def run(self, connection: Connection, now: datetime) -> None:
        """Wake the next of these events, all once in an interval."""
        self._since = min(self._since, now - INTERVAL)
        if self._woken is None:
            if now - self._since < 2 * INTERVAL:
                return
            self._woken, self._next = WokenUpTo(self._since), now - INTERVAL
        self._woken = await wake_for_new_contracts(connection, self._woken, now)
        if self._woken is None:
            self._since = self._next
