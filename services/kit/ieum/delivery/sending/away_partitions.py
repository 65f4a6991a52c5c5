"""Partitions that are left out for a while, so that nothing else waits for them."""

from collections.abc import Callable

from ieum.delivery.backoff import BackOff
from ieum.delivery.sending.partition_queue import Place

AWAY_SECONDS_MIN, AWAY_SECONDS_MAX = 2.0, 60.0
"""The first pause of a partition, and the longest: each failure doubles it."""

LOOK_AGAIN_SECONDS = 2.0
"""Between two looks at the partitions that are left out."""


class AwayPartitions:
    """Remembers until when each partition is left out; what is acknowledged ends its memory."""

    def __init__(self) -> None:
        self._looked_at = 0.0
        self._until: dict[Place, float] = {}
        self._backoffs: dict[Place, BackOff] = {}

    def __contains__(self, place: Place) -> bool:
        """Whether a partition is left out."""
        return place in self._until

    def look_is_due(self, now: float) -> bool:
        """Whether some are left out and nobody has looked at them lately; notes that somebody does now."""
        if not self._until or now - self._looked_at < LOOK_AGAIN_SECONDS:
            return False
        self._looked_at = now
        return True

    def add(self, place: Place, now: float) -> None:
        """Leave a partition out from now on."""
        backoff = self._backoffs.setdefault(place, BackOff(AWAY_SECONDS_MIN, AWAY_SECONDS_MAX))
        self._until[place] = now + backoff.pause()

    def answered(self, place: Place) -> None:
        """Forget a partition that takes records again."""
        self._until.pop(place, None)
        self._backoffs.pop(place, None)

    def try_again(self, now: float, leads: Callable[[Place], bool]) -> bool:
        """Let those be tried whose pause is over and that somebody leads; returns whether there is one."""
        due = [place for place, until in self._until.items() if until <= now and leads(place)]
        for place in due:
            del self._until[place]
        return bool(due)
