"""Chance that can be repeated: the same seed and place give the same choices."""

from random import Random


def seeded(*places: object) -> Random:
    """Make the chance of one place in a run."""
    return Random("/".join(map(str, places)))  # noqa: S311 - nothing here is secret
