"""Verdicts: which promise a history breaks, where and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ieum_lab.testing.history import HistoryStream


class Broken(StrEnum):
    """The promise that is broken."""

    LOST = "LOST"
    PHANTOM = "PHANTOM"
    DUPLICATE_EFFECT = "DUPLICATE-EFFECT"
    REORDER = "REORDER"
    FORGED = "FORGED"
    STUCK = "STUCK"
    CLOCK_TWICE = "CLOCK-TWICE"
    CLOCK_NEVER = "CLOCK-NEVER"
    WAITLIST_TWICE = "WAITLIST-TWICE"
    WAITLIST_NEVER = "WAITLIST-NEVER"


class Number(NamedTuple):
    """One number of one stream."""

    stream: HistoryStream
    sequence: int

    def __str__(self) -> str:
        """Return it in readable form."""
        return f"{self.stream} #{self.sequence}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One broken promise: where and why. `about` is a stream, or (agency, thing changed there).

    `sequence` is the number in the stream where it went wrong; 0 for none in particular.
    """

    broken: Broken
    why: str
    about: HistoryStream | tuple[str, str]
    sequence: int = 0


def summary(verdicts: Sequence[Verdict]) -> str:
    """Count verdicts by name, `LOST 2, STUCK 1`; `none` for a clean history."""
    counts = {broken: sum(verdict.broken is broken for verdict in verdicts) for broken in Broken}
    return ", ".join(f"{broken} {count}" for broken, count in counts.items() if count) or "none"
