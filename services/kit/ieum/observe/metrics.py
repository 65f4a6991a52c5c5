"""The metrics of delivery and casework for Prometheus: counts, fates and rules, nothing of a client."""

from collections.abc import Callable, Iterable, Mapping
from heapq import nlargest

from prometheus_client import CollectorRegistry, Histogram

from ieum.observe import metric_catalogue as catalogue
from ieum.observe.metric_catalogue import counter, gauge, histogram

REASONS_MAX = 30
"""Reasons shown one by one, those of most events; the table of fates has fewer for which events wait."""
FURTHER_REASONS = "other"


class DeliveryMeasures:
    """Counters and gauges of one process's delivery."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._heard = counter(catalogue.EVENTS_CONSUMED, registry)
        self._said = counter(catalogue.EVENTS_PRODUCED, registry)
        self._postponed = counter(catalogue.BATCHES_POSTPONED, registry)
        self._batch = histogram(catalogue.BATCH_SECONDS, registry)
        self._delivery = histogram(catalogue.DELIVERY_SECONDS, registry)
        self._edges: dict[tuple[str, str], Histogram] = {}
        self._waiting = gauge(catalogue.ROWS_WAITING, registry)
        self._outbox_age = gauge(catalogue.OUTBOX_AGE_SECONDS, registry)
        self._parked = gauge(catalogue.EVENTS_PARKED, registry)
        self._behind = gauge(catalogue.STREAMS_BEHIND, registry)
        self._unread = gauge(catalogue.RECORDS_UNREAD, registry)
        self._unread_age = gauge(catalogue.UNREAD_AGE_SECONDS, registry)
        self._unseen = gauge(catalogue.MAILBOXES_UNSEEN_SECONDS, registry)
        self._away = gauge(catalogue.PARTITIONS_AWAY, registry)
        self._leads = gauge(catalogue.RELAY_LEADS, registry)

    def batch(self, fates: Mapping[str, int], said: int, seconds: float) -> None:
        """Count a batch that was taken in."""
        for fate, count in fates.items():
            self._heard.labels(fate).inc(count)
        self._said.inc(said)
        self._batch.observe(seconds)

    def delivered(self, sender: str, recipient: str, seconds: float) -> None:
        """Note how long an event took; where two machines' clocks differ, at least no time."""
        edge = self._edges.get((sender, recipient))
        if edge is None:  # to look it up among the labels costs more than to observe
            edge = self._edges[sender, recipient] = self._delivery.labels(sender, recipient)
        edge.observe(max(0.0, seconds))

    def postponed(self) -> None:
        """Count a batch that has to be retried."""
        self._postponed.inc()

    def unread(self, records: int, oldest_seconds: float) -> None:
        """Set how many records of our mailboxes are not taken in, and how long the oldest has lain there."""
        self._unread.set(records)
        self._unread_age.set(oldest_seconds)

    def waiting(self, rows: Mapping[str, int]) -> None:
        """Set how many rows wait, by table."""
        for table, count in rows.items():
            self._waiting.labels(table).set(count)

    def relay(self, leads: Callable[[], bool]) -> None:
        """Show at each scrape whether this process sends the outbox."""
        self._leads.set_function(leads)

    def reading(self, unseen_seconds: Callable[[], float], partitions_away: Callable[[], int]) -> None:
        """Show at each scrape for how long no broker has told of our mailboxes, and what of them is away."""
        self._unseen.set_function(unseen_seconds)
        self._away.set_function(partitions_away)

    def outbox_age(self, seconds: float) -> None:
        """Set how old the oldest event is that waits to be sent."""
        self._outbox_age.set(seconds)

    def streams_behind(self, streams: int) -> None:
        """Set how many streams a peer has said more on than is taken in."""
        self._behind.set(streams)

    def parked(self, reasons: Mapping[str, int]) -> None:
        """Set how many events wait, by reason; what no reason is named for any more is gone."""
        shown = nlargest(REASONS_MAX, reasons.items(), key=lambda each: each[1])
        further = sum(reasons.values()) - sum(count for _, count in shown)
        self._parked.clear()
        for reason, count in [*shown, (FURTHER_REASONS, further)]:
            if count:
                self._parked.labels(reason).set(count)


class CaseworkMeasures:
    """Counters of one process's casework."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._rules_failed = counter(catalogue.RULES_FAILED, registry)
        self._clocks = counter(catalogue.CLOCKS_FIRED, registry)
        self._late = gauge(catalogue.CLOCKS_LATE, registry)
        self._erasures = gauge(catalogue.ERASURES_OPEN, registry)

    def clock_fired(self, clock: str, level: str) -> None:
        """Count a clock that ran out."""
        self._clocks.labels(clock, level).inc()

    def clocks_late(self, late: Mapping[str, int]) -> None:
        """Set how many clocks' times have passed, by clock; empty where another process counts."""
        self._late.clear()
        for clock, count in late.items():
            self._late.labels(clock).set(count)

    def erasures_open(self, referrals: int) -> None:
        """Set how many withdrawals are unconfirmed for a day; 0 where another process counts."""
        self._erasures.set(referrals)

    def rules(self, names: Iterable[tuple[str, str]]) -> None:
        """Show each rule, by programme and rule, before it raises: an increase is one from a value shown."""
        for programme, rule in names:
            self._rules_failed.labels(programme, rule)

    def rule_failed(self, programme: str, rule: str) -> None:
        """Count a rule that raised."""
        self._rules_failed.labels(programme, rule).inc()
