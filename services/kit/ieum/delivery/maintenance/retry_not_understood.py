"""Job: retry events that an older instance parked because it did not understand them."""

from datetime import UTC, datetime, timedelta

from asyncpg import Connection

from ieum.delivery.blocked.parking import wake_for_new_contracts

INTERVAL = timedelta(minutes=10)
"""How often; an older instance may still park what the newer, leading one understands."""


class RetryNotUnderstood:
    """Wakes what was parked since the last time, with a margin: clocks of two instances may differ."""

    def __init__(self) -> None:
        self._since = datetime.min.replace(tzinfo=UTC)

    async def run(self, connection: Connection, now: datetime) -> None:
        """Wake these events, once in an interval."""
        self._since = min(self._since, now - INTERVAL)
        if now - self._since >= 2 * INTERVAL:
            await wake_for_new_contracts(connection, self._since, now)
            self._since = now - INTERVAL
