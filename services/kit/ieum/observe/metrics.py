"""The metrics of delivery and casework for Prometheus: counts, fates and rules, nothing of a client."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BATCH_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class DeliveryMeasures:
    """Counters and gauges of one process's delivery."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._heard = Counter(
            "ieum_events_consumed", "Records taken in, by fate.", ["fate"], registry=registry
        )
        self._said = Counter("ieum_events_produced", "Events said in answer to others.", registry=registry)
        self._postponed = Counter("ieum_batches_postponed", "Batches to be tried again.", registry=registry)
        self._batch = Histogram(
            "ieum_batch_seconds", "Time to take a batch in.", buckets=_BATCH_SECONDS, registry=registry
        )
        self._waiting = Gauge(
            "ieum_rows_waiting", "Rows that wait: outbox, notice, parked, dead.", ["table"], registry=registry
        )

        self._unread = Gauge(
            "ieum_records_unread", "Records of our mailboxes that are not taken in.", registry=registry
        )

    def batch(self, fates: Mapping[str, int], said: int, seconds: float) -> None:
        """Count a batch that was taken in."""
        for fate, count in fates.items():
            self._heard.labels(fate).inc(count)
        self._said.inc(said)
        self._batch.observe(seconds)

    def postponed(self) -> None:
        """Count a batch that has to be retried."""
        self._postponed.inc()

    def unread(self, records: int) -> None:
        """Set how many records of our mailboxes are not taken in."""
        self._unread.set(records)

    def waiting(self, rows: Mapping[str, int]) -> None:
        """Set how many rows wait, by table."""
        for table, count in rows.items():
            self._waiting.labels(table).set(count)


class CaseworkMeasures:
    """Counters of one process's casework."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._rules_failed = Counter(
            "ieum_rules_failed",
            "Rules that raised instead of answering, so that their part of an assessment is missing.",
            ["programme", "rule"],
            registry=registry,
        )
        self._clocks = Counter(
            "ieum_clocks_fired", "Clocks that ran out, by level.", ["clock", "level"], registry=registry
        )
        self._late = Gauge(
            "ieum_clocks_late", "Clocks whose time has passed, by clock.", ["clock"], registry=registry
        )

    def clock_fired(self, clock: str, level: str) -> None:
        """Count a clock that ran out."""
        self._clocks.labels(clock, level).inc()

    def clocks_late(self, late: Mapping[str, int]) -> None:
        """Set how many clocks' times have passed, by clock; empty where another process counts."""
        self._late.clear()
        for clock, count in late.items():
            self._late.labels(clock).set(count)

    def rule_failed(self, programme: str, rule: str) -> None:
        """Count a rule that raised."""
        self._rules_failed.labels(programme, rule).inc()
