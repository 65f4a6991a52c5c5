"""The result of taking a batch in."""

from collections import Counter
from dataclasses import dataclass, field

from ieum.delivery.receiving.batch_effects import Effects
from ieum.delivery.streams.positions import Partition


@dataclass(frozen=True, slots=True)
class Gap:
    """Records are missing before a batch, so it was not taken in; has the offsets that should come first."""

    expected: dict[Partition, int]


@dataclass(slots=True)
class BatchResult:
    """Counts of one batch, for the log line and the metrics; `troubles` counts wrong events by source."""

    events: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    said: int = 0
    told: int = 0
    troubles: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "BatchResult") -> "BatchResult":
        """Add the counts of two batches."""
        return BatchResult(
            events=self.events + other.events,
            counts=self.counts + other.counts,
            said=self.said + other.said,
            told=self.told + other.told,
            troubles=self.troubles + other.troubles,
        )

    def count(self, effects: Effects, said: int) -> None:
        """Add the effects of one fold."""
        self.said += said
        self.told += len(effects.notices)
        self.counts["applied"] += effects.count("applied")
        self.counts["refused"] += effects.count("refused")
        self.counts["parked"] += len(effects.parked)
        self.counts["duplicate"] += effects.duplicates
        self.counts["conflict"] += len(effects.conflicts)
