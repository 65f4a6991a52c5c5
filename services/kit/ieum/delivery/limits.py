"""How often the streams are maintained, given like the clock: a test that waits for it makes it short."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Intervals:
    """The time between two ticks, the ticks between two runs of a job, and the age at which a gap is told."""

    tick_seconds: float = 1.0
    gap_ticks: int = 3
    gap_age: timedelta = timedelta(seconds=30)
    """With the ticks before: the sender of what is missing is asked within 35 seconds."""
    heads_ticks: int = 60


USUAL = Intervals()
