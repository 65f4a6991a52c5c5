"""Every metric of a centre: its name, kind, labels and what it says, in the one place that registers them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_FAST = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_DELIVERY = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800, 7_200, 86_400)
_LOOP = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_POOL = (0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 3)


class Kind(StrEnum):
    """What a metric does: it only grows, goes up and down, or counts values by their size."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Subject(StrEnum):
    """Where a metric stands on the dashboard."""

    DELIVERY = "delivery"
    WAITING = "waiting"
    CASEWORK = "casework"
    HTTP = "http"
    PROCESS = "process"
    CONSOLE = "console"


_ENDINGS = {
    Kind.COUNTER: ("_total",),
    Kind.GAUGE: ("",),
    Kind.HISTOGRAM: ("_bucket", "_count", "_sum"),
}


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; labels have few values, and never an id. `buckets` are a histogram's upper bounds."""

    kind: Kind
    subject: Subject
    name: str
    help: str
    labels: Sequence[str] = ()
    buckets: Sequence[float] = ()

    @property
    def unit(self) -> str:
        """The unit, which ends the name: seconds, or what is counted."""
        return "seconds" if self.name.endswith("_seconds") else "count"

    def series(self) -> Iterator[str]:
        """Name the series that a scrape shows."""
        yield from (f"{self.name}{ending}" for ending in _ENDINGS[self.kind])


def counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    """Register a counter."""
    return Counter(metric.name, metric.help, metric.labels, registry=registry)


def gauge(metric: Metric, registry: CollectorRegistry) -> Gauge:
    """Register a gauge."""
    return Gauge(metric.name, metric.help, metric.labels, registry=registry)


def histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    """Register a histogram."""
    return Histogram(metric.name, metric.help, metric.labels, buckets=metric.buckets, registry=registry)


EVENTS_CONSUMED = Metric(
    *(Kind.COUNTER, Subject.DELIVERY, "ieum_events_consumed", "Records taken in, by fate."), labels=("fate",)
)
EVENTS_PRODUCED = Metric(
    *(Kind.COUNTER, Subject.DELIVERY, "ieum_events_produced", "Events said in answer to others.")
)
BATCHES_POSTPONED = Metric(
    *(Kind.COUNTER, Subject.DELIVERY, "ieum_batches_postponed", "Batches to be tried again.")
)
BATCH_SECONDS = Metric(
    *(Kind.HISTOGRAM, Subject.DELIVERY, "ieum_batch_seconds", "Time to take a batch in."), buckets=_FAST
)
DELIVERY_SECONDS = Metric(
    *(Kind.HISTOGRAM, Subject.DELIVERY, "ieum_delivery_seconds"),
    "Time from an event's being said to its being taken in, by edge.",
    labels=("sender", "recipient"),
    buckets=_DELIVERY,
)
ROWS_WAITING = Metric(
    *(Kind.GAUGE, Subject.WAITING, "ieum_rows_waiting"),
    "Rows that wait: outbox, notice, parked, dead, erasing; streams that are stopped.",
    labels=("table",),
)
OUTBOX_AGE_SECONDS = Metric(
    *(Kind.GAUGE, Subject.WAITING, "ieum_outbox_age_seconds"),
    "Age of the oldest event that was said and is not acknowledged by the broker.",
)
EVENTS_PARKED = Metric(
    *(Kind.GAUGE, Subject.WAITING, "ieum_events_parked", "Events that wait or are dead, by reason code."),
    labels=("reason",),
)
STREAMS_BEHIND = Metric(
    *(Kind.GAUGE, Subject.WAITING, "ieum_streams_behind"),
    "Streams of which a peer said more than a minute ago that it has said more than is taken in.",
)
RECORDS_UNREAD = Metric(
    *(Kind.GAUGE, Subject.WAITING, "ieum_records_unread", "Records of our mailboxes that are not taken in.")
)
UNREAD_AGE_SECONDS = Metric(
    *(Kind.GAUGE, Subject.WAITING, "ieum_unread_age_seconds"),
    "Time for which the oldest record of our mailboxes that is not taken in has been seen there.",
)
MAILBOXES_UNSEEN_SECONDS = Metric(
    *(Kind.GAUGE, Subject.WAITING, "ieum_mailboxes_unseen_seconds"),
    "Time since the broker last said how far our mailboxes reach, or since the start.",
)
PARTITIONS_AWAY = Metric(
    *(Kind.GAUGE, Subject.WAITING, "ieum_partitions_away"),
    "Partitions of our mailboxes that nobody leads, or that are missing.",
)
RULES_FAILED = Metric(
    *(Kind.COUNTER, Subject.CASEWORK, "ieum_rules_failed"),
    "Rules that raised instead of answering, so that their part of an assessment is missing.",
    labels=("programme", "rule"),
)
CLOCKS_FIRED = Metric(
    *(Kind.COUNTER, Subject.CASEWORK, "ieum_clocks_fired", "Clocks that ran out, by level."),
    labels=("clock", "level"),
)
CLOCKS_LATE = Metric(
    *(Kind.GAUGE, Subject.CASEWORK, "ieum_clocks_late", "Clocks whose time has passed, by clock."),
    labels=("clock",),
)
ERASURES_OPEN = Metric(
    *(Kind.GAUGE, Subject.CASEWORK, "ieum_erasures_open"),
    "Referrals whose other side has not said that it has erased, a day after their client has withdrawn.",
)
HTTP_REQUEST_SECONDS = Metric(
    *(Kind.HISTOGRAM, Subject.HTTP, "ieum_http_request_seconds"),
    "Time from a request's arrival to its answer, in seconds.",
    labels=("method", "route", "status"),
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
HTTP_PROBLEMS = Metric(
    *(Kind.COUNTER, Subject.HTTP, "ieum_http_problems", "Answers that reported a problem, by its kind."),
    labels=("kind",),
)
LOOP_DELAY_SECONDS = Metric(
    *(Kind.HISTOGRAM, Subject.PROCESS, "ieum_event_loop_delay_seconds"),
    "Time by which a task that slept came later than it should have.",
    buckets=_LOOP,
)
POOL_WAIT_SECONDS = Metric(
    *(Kind.HISTOGRAM, Subject.PROCESS, "ieum_database_wait_seconds"),
    "Time to get a connection out of a pool, by pool.",
    labels=("pool",),
    buckets=_POOL,
)
RELAY_LEADS = Metric(
    *(Kind.GAUGE, Subject.DELIVERY, "ieum_relay_leads"),
    "1 where this process holds the agency's lock and sends its outbox, else 0.",
)
BUILD_INFO = Metric(
    *(Kind.GAUGE, Subject.PROCESS, "ieum_build_info", "Always 1; the version that runs is its label."),
    labels=("version",),
)
PROJECTION_BEHIND_SECONDS = Metric(
    *(Kind.GAUGE, Subject.CONSOLE, "ieum_projection_behind_seconds"),
    "How far the console is behind the topics; it grows while nothing compares it with them.",
)
PROJECTION_UNREAD = Metric(
    *(Kind.GAUGE, Subject.CONSOLE, "ieum_projection_records_unread"),
    "Records of all topics that the console has not read.",
)
PROJECTION_LIVE = Metric(
    *(Kind.GAUGE, Subject.CONSOLE, "ieum_projection_live"),
    "1 while the console reads on and its numbers are whole, else 0.",
)

CATALOGUE: Sequence[Metric] = tuple(each for each in list(vars().values()) if isinstance(each, Metric))
