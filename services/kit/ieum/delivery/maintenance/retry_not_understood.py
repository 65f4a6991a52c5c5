"""Job: retry events that an older instance parked because it did not understand them."""

from datetime import UTC, datetime, timedelta

from asyncpg import Connection

from ieum.delivery.blocked.not_understood import WokenUpTo, wake_for_new_contracts

INTERVAL, WHOLE = timedelta(minutes=10), timedelta(hours=1)
"""How often what is new, and all: an older instance may still park what the leading one understands."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class RetryNotUnderstood:
    """Wakes what was parked since the last time, with a margin: clocks of two instances may differ.

    Once an hour all of it: a clock may be further off, and an older database has rows of long ago.
    """

    def __init__(self) -> None:
        self._since = self._next = self._whole = _LONG_AGO
        self._woken: WokenUpTo | None = None

    async def run(self, connection: Connection, now: datetime) -> None:
        """Wake the next of these events, all once in an interval."""
        self._since = min(self._since, now - INTERVAL)
        if self._woken is None:
            if not self._whole <= now < self._whole + WHOLE:
                self._since, self._whole = _LONG_AGO, now
            if now - self._since < 2 * INTERVAL:
                return
            self._woken, self._next = WokenUpTo(self._since), now - INTERVAL
        self._woken = await wake_for_new_contracts(connection, self._woken, now)
        if self._woken is None:
            self._since = self._next
