"""Backing off: pauses grow and vary, so that processes that failed together do not retry together."""

from collections.abc import Callable
from random import random

SHORTEST = 0.5
"""The part of a pause that is always waited; the rest is random ("equal jitter")."""


def spread(seconds: float, chance: Callable[[], float] = random) -> float:
    """Return half to all of these seconds; `chance` returns numbers from 0 to 1."""
    return seconds * (SHORTEST + (1 - SHORTEST) * chance())


class BackOff:
    """The pauses of one operation that is tried until it works: doubled each time, up to `longest`."""

    def __init__(self, first: float, longest: float, chance: Callable[[], float] = random) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance
        self._next = first

    def pause(self) -> float:
        """Return the seconds to wait after one more failure."""
        seconds = spread(self._next, self._chance)
        self._next = min(self._next * 2, self._longest)
        return seconds

    def reset(self) -> None:
        """Start again with the first pause, after a success."""
        self._next = self._first
