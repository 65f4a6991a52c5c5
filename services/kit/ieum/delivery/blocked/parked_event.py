"""One event that waits in its stream, and when it is tried again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ieum.delivery.records.received import VerifiedEvent
from ieum.delivery.streams.stream import StreamKey

RETRY_DELAYS = tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 600, 3600))
"""A failed fold is retried after each of these; then the event is dead until an operator acts."""
SPREAD, BYTE = 0.2, 256
"""How much shorter a delay may be, from the event's digest: the fold is pure and has no random numbers."""
AWAITING_DELAY, AWAITING_DELAY_MAX = timedelta(seconds=30), timedelta(hours=1)
"""An event that is early is retried after half the time for which it has waited, within these bounds."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When an event that we do not understand is retried, unless newer contracts come first."""


@dataclass(slots=True)
class ParkedEvent:
    """One event that waits in its stream. `retry_at` is None when it waits only for its predecessor."""

    stream: StreamKey
    heard: VerifiedEvent
    reason: str
    since: datetime
    attempts: int = 0
    dead: bool = False
    retry_at: datetime | None = None
    stored: bool = False
    told: bool = False

    def fail(self, now: datetime) -> None:
        """Count one more failure of our fold, and set the next retry, or mark the event dead."""
        self.dead = self.attempts >= len(RETRY_DELAYS)
        self.retry_at = None if self.dead else now + RETRY_DELAYS[self.attempts] * self._spread()
        self.attempts += 1

    def _spread(self) -> float:
        """Return a fraction that differs from event to event, so that not all are retried at once."""
        return 1 - SPREAD * self.heard.digest[-1] / BYTE

    def await_another(self, reason: str, now: datetime) -> None:
        """Wait for another event of the key, which wakes it, and look from time to time, ever more seldom."""
        delay = min(max((now - self.since) / 2, AWAITING_DELAY), AWAITING_DELAY_MAX)
        self.reason, self.retry_at = reason, now + delay

    def await_contracts(self, reason: str, now: datetime) -> None:
        """Wait for newer contracts, from the time at which they were found to be needed."""
        if self.reason != reason:
            self.since = now
        self.reason, self.retry_at = reason, NEVER
