"""Backing off: pauses between tries that grow and differ, lest who failed together return together."""

from collections.abc import Callable
from random import random

SHORTEST = 0.5
"""The part of a pause that is always waited; chance decides on the rest ("equal jitter")."""


def spread(seconds: float, chance: Callable[[], float] = random) -> float:
    """Give a pause of half to all of so many seconds; `chance` gives numbers from 0 to 1."""
    return seconds * (SHORTEST + (1 - SHORTEST) * chance())


class BackOff:
    """The pauses of one thing that is tried until it works: twice as long each time, up to the longest."""

    def __init__(self, first: float, longest: float, chance: Callable[[], float] = random) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance
        self._next = first

    def pause(self) -> float:
        """Give the seconds to wait now, after one more failure."""
        seconds = spread(self._next, self._chance)
        self._next = min(self._next * 2, self._longest)
        return seconds

    def reset(self) -> None:
        """Begin anew: it has worked."""
        self._next = self._first
