"""From runs to figures: which measurements count, their median, smallest and largest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A median with its range; of nothing measured, `count` is zero."""

    count: int
    middle: float = 0.0
    least: float = 0.0
    most: float = 0.0

    def text(self, digits: int = 0) -> str:
        """Write it: the median, and in brackets the smallest and the largest."""
        if self.count == 0:
            return "-"
        if self.count == 1:
            return f"{self.middle:,.{digits}f}"
        return f"{self.middle:,.{digits}f} ({self.least:,.{digits}f} to {self.most:,.{digits}f})"


def figure(values: Iterable[float]) -> Figure:
    """Make a figure of values."""
    known = sorted(values)
    return Figure(len(known), median(known), known[0], known[-1]) if known else Figure(0)


@dataclass(frozen=True, slots=True)
class Measured:
    """All runs of one case, of which only undisturbed measurements count."""

    runs: Sequence[dict[str, Any]]
    foreign_max: float

    @property
    def saturations(self) -> list[dict[str, Any]]:
        """The measurements of saturation that count; the least disturbed one when none is undisturbed."""
        return self._undisturbed([run["saturation"] for run in self.runs if "failed" not in run])

    @property
    def disturbed(self) -> bool:
        """Whether not a single saturation was undisturbed."""
        return all(each["foreign"] > self.foreign_max for each in self.saturations)

    def per_second(self) -> Figure:
        """Round trips a second at saturation."""
        return figure(each["per_second"] for each in self.saturations)

    def cpu(self, *processes: str) -> Figure:
        """CPU-µs per round trip at saturation, of the named processes together."""
        return figure(sum(each["cpu_us"].get(p, 0.0) for p in processes) for each in self.saturations)

    def memory(self, process: str) -> Figure:
        """Memory of a process at saturation, MiB."""
        return figure(
            each["memory_mib"][process] for each in self.saturations if process in each["memory_mib"]
        )

    def database(self, name: str) -> Figure:
        """Work of the database per round trip at saturation: `wal_bytes` written, or `buffers` visited."""
        return figure(each["database"][name] for each in self.saturations if "database" in each)

    def latency(self, rate: str, name: str) -> Figure:
        """Milliseconds of a percentile at a rate; no figure when the case cannot keep up."""
        kept = [each for each in self._at(rate) if each["kept_up"]]
        return figure(each[name] for each in kept) if kept else Figure(0)

    def cannot(self, rate: str) -> bool:
        """Whether the case could not keep up with a rate, in most measurements."""
        tried = self._at(rate)
        return sum(not each["kept_up"] for each in tried) * 2 > len(tried)

    def _at(self, rate: str) -> list[dict[str, Any]]:
        tried = [run for run in self.runs if "failed" not in run and rate in run["rates"]]
        clear = [run for run in tried if self._foreign(run, rate) <= self.foreign_max]
        chosen = clear or sorted(tried, key=lambda run: self._foreign(run, rate))[:1]
        return [run["rates"][rate] for run in chosen]

    def _foreign(self, run: dict[str, Any], rate: str) -> float:
        """Tell how disturbed a rate was; one that was not tried is judged by the saturation before it."""
        at_rate = run["rates"][rate]
        return float((at_rate if at_rate["measured"] else run["saturation"])["foreign"])

    def _undisturbed(self, measurements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [each for each in measurements if each["foreign"] <= self.foreign_max]
        return kept or sorted(measurements, key=lambda each: float(each["foreign"]))[:1]


def by_case(found: dict[str, Any]) -> dict[str, Measured]:
    """Sort the runs of a results file by case, in the order in which they came first."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for run in found["runs"]:
        runs.setdefault(run["case"], []).append(run)
    return {name: Measured(each, found["foreign_max"]) for name, each in runs.items()}
