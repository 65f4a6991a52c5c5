"""Repeatable random choices: the same seed and place give the same ones."""

from random import Random


def seeded(*places: object) -> Random:
    """Return the random generator of one place in a run."""
    return Random("/".join(map(str, places)))
