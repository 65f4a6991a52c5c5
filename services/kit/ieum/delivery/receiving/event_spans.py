"""The spans of the events of one batch: recorded, folded, and what is said in answer."""

from collections.abc import Callable, Iterable
from uuid import UUID

from ieum.delivery.application import Outcome
from ieum.delivery.records.received import VerifiedEvent
from ieum.delivery.sending.outbox import Cause
from ieum.observe.tracing import NO_TRACER, Span, Tracer
from ieum_contracts.envelope import Envelope
from ieum_contracts.message import Event

RECORD, FOLD, ANSWER = "record", "fold", "answer"
_COMMITTED = "committed"


class EventSpans:
    """Of one attempt: they are ended after its commit, and of one that fails nothing is shown."""

    def __init__(self, tracer: Tracer = NO_TRACER, heard: Iterable[VerifiedEvent] = ()) -> None:
        self._tracer = tracer
        self._open: list[Span] = []
        self._latest: dict[UUID, Span] = {}
        if tracer.is_on:
            for each in heard:
                self._begin(RECORD, each.envelope, kind="consumer")

    def __add__(self, other: "EventSpans") -> "EventSpans":
        """Put the open spans of two batches together."""
        both = EventSpans(self._tracer)
        both._open = self._open + other._open
        return both

    def around(self, apply: Callable[[Event], Outcome]) -> Callable[[Event], Outcome]:
        """Return the fold, with a span around each event where there is a collector."""
        if not self._tracer.is_on:
            return apply

        def folded(event: Event) -> Outcome:
            span = self._begin(FOLD, event.envelope)
            try:
                outcome = apply(event)
            except Exception as error:
                span.end(type(error).__name__)
                raise
            span.end(type(outcome).__name__.lower())
            return outcome

        return folded

    def cause(self, heard: VerifiedEvent) -> Cause:
        """Return the cause of what is said in answer to an event, which has a span of its own."""
        event = heard.envelope
        if not self._tracer.is_on:
            return Cause(str(event.id), event.traceparent)
        span = self._start(ANSWER, event)
        self._open.append(span)
        return Cause(str(event.id), span.traceparent)

    def committed(self) -> None:
        """End what is open."""
        for span in self._open:
            span.end(_COMMITTED)
        self._open.clear()

    def _begin(self, step: str, event: Envelope, kind: str = "") -> Span:
        span = self._latest[event.id] = self._start(step, event, kind)
        if step == RECORD:
            self._open.append(span)
        return span

    def _start(self, step: str, event: Envelope, kind: str = "") -> Span:
        before = self._latest.get(event.id)
        parent = event.traceparent if before is None else before.traceparent
        return self._tracer.start(step, parent, described(event), kind=kind)


def described(event: Envelope) -> dict[str, str | int]:
    """Say of an event what a span may: who says what to whom, under which id; no key, and no body."""
    return {
        "messaging.system": "kafka",
        "messaging.message.id": str(event.id),
        "ieum.event.type": event.type,
        "ieum.sender": event.source.agency,
        "ieum.recipient": event.recipient.agency,
    }
