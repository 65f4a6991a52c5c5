"""The spans of the events that Kafka has acknowledged, each under what said it."""

from collections.abc import Iterable

from ieum.delivery.sending.partition_queue import Outgoing
from ieum.observe.tracing import Tracer

RELAY = "relay"


def trace_sent(tracer: Tracer, sent: Iterable[Outgoing], began: int) -> None:
    """Note the way of events to Kafka, from a time in nanoseconds until now."""
    for each in sent if tracer.is_on else ():
        headers = {name: value.decode() for name, value in each.headers}
        said: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.destination.name": each.topic,
            "messaging.message.id": headers["ce_id"],
            "ieum.event.type": headers["ce_type"],
        }
        span = tracer.start(RELAY, headers.get("traceparent"), said, at=began, kind="producer")
        span.end("acknowledged")
