"""Lag in seconds: since when the oldest record that is not taken in has been seen in a mailbox."""

from collections import deque
from collections.abc import Mapping

from ieum.delivery.streams.positions import Partition

LOOKS_MAX = 720
"""Looks remembered of a partition, an hour of them; after that every second one is forgotten."""


class UnreadAge:
    """Remembers when the end of each partition was first seen where it was. Time is an argument, in seconds.

    What lay there before the first look has the age of that look, and no more.
    """

    def __init__(self, looks_max: int = LOOKS_MAX) -> None:
        self._looks_max = looks_max
        self._seen: dict[Partition, deque[tuple[int, float]]] = {}

    def look(self, read: Mapping[Partition, int], ends: Mapping[Partition, int], now: float) -> float:
        """Note the ends, and return the age of the oldest record behind the positions; 0 where none is."""
        oldest = now
        for place, end in ends.items():
            position, looks = read.get(place, 0), self._seen.setdefault(place, deque())
            if looks and end < looks[-1][0]:  # the mailbox was made anew
                looks.clear()
            if not looks or end > looks[-1][0]:
                looks.append((end, now))
            while len(looks) > 1 and looks[0][0] <= position:
                looks.popleft()
            if looks[0][0] > position:
                oldest = min(oldest, looks[0][1])
            if len(looks) > self._looks_max:
                self._seen[place] = deque([*looks][::2])
        return now - oldest
