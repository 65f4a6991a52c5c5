"""Round trips under way and done: begun when the sender means to send, done when its answer is consumed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the round trips of an interval; times in milliseconds."""

    trips: int
    seconds: float
    waiting: int
    p50: float
    p95: float
    p99: float
    worst: float

    @property
    def per_second(self) -> float:
        """Round trips done in a second."""
        return self.trips / self.seconds if self.seconds else 0.0


class Trips:
    """The round trips of one originator. Clocks are `time.time`, so that another process may tell the end."""

    def __init__(self) -> None:
        self._begun: dict[str, float] = {}
        self._early: dict[str, float] = {}
        self._milliseconds: list[float] = []
        self._since = time.time()
        self.ended = 0

    def begin(self, key: str, at: float) -> None:
        """Note that a referral should have been sent at this time."""
        self._begun[key] = at

    def end(self, key: str, at: float | None = None) -> bool:
        """Note that the answer was consumed; False for one that nobody waits for (a duplicate)."""
        begun = self._begun.pop(key, None)
        if begun is None:
            if at is not None:
                self._early[key] = at
            return False
        self._milliseconds.append(((time.time() if at is None else at) - begun) * 1000)
        self.ended += 1
        return True

    def rename(self, key: str, given: str, at: float) -> None:
        """Wait for the id that a service has given instead of the one proposed; for none when it is empty."""
        self._begun.pop(key, None)
        if given:
            early = self._early.pop(given, None)
            self._begun[given] = at
            if early is not None:
                self.end(given, early)

    @property
    def waiting(self) -> int:
        """How many are under way."""
        return len(self._begun)

    def forget(self) -> None:
        """Wait no longer for what is under way: the case cannot keep up."""
        self._begun.clear()
        self._early.clear()

    def mark(self) -> Tally:
        """Tally what ended since the last mark, and begin anew."""
        now = time.time()
        times = sorted(self._milliseconds)
        tally = Tally(
            trips=len(times),
            seconds=now - self._since,
            waiting=self.waiting,
            p50=percentile(times, 0.50),
            p95=percentile(times, 0.95),
            p99=percentile(times, 0.99),
            worst=times[-1] if times else 0.0,
        )
        self._milliseconds, self._since = [], now
        return tally


def percentile(ascending: Sequence[float], share: float) -> float:
    """Give the value that `share` of the sorted values do not exceed; 0 of none."""
    return ascending[min(len(ascending) - 1, int(len(ascending) * share))] if ascending else 0.0
