"""Spans by OpenTelemetry, sent by OTLP over HTTP; the only module that needs the extra `otel`."""

import asyncio
import threading
from contextlib import suppress

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span as OpenTelemetrySpan
from opentelemetry.trace import SpanKind, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ieum.observe.tracing import Attributes, Span
from ieum_contracts.header_values import passed_on

CLOSE_SECONDS_MAX = 3.0
OUTCOME = "ieum.outcome"
_HEADER = "traceparent"
_KINDS = {"server": SpanKind.SERVER, "producer": SpanKind.PRODUCER, "consumer": SpanKind.CONSUMER}
_FORM = TraceContextTextMapPropagator()


class StartedSpan:
    """A span that has begun."""

    def __init__(self, span: OpenTelemetrySpan, parent: str | None) -> None:
        self._span = span
        carrier: dict[str, str] = {}
        _FORM.inject(carrier, set_span_in_context(span))
        # A span whose id reads like an identifier is passed over: the next step is then under its parent.
        self.traceparent = passed_on(carrier.get(_HEADER, "")) or parent

    def end(self, outcome: str, at: int | None = None) -> None:
        """End it."""
        self._span.set_attribute(OUTCOME, outcome)
        self._span.end(at)


class OpenTelemetryTracer:
    """Makes spans that a provider takes to where they are wanted."""

    is_on = True

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("ieum")

    def start(
        self, step: str, parent: str | None, attributes: Attributes, *, at: int | None = None, kind: str = ""
    ) -> Span:
        """Begin a step; whether it is noted is said by its parent, or where it has none by the sampler."""
        context = _FORM.extract({} if parent is None else {_HEADER: parent})
        how = _KINDS.get(kind, SpanKind.INTERNAL)
        span = self._tracer.start_span(step, context, how, dict(attributes), start_time=at)
        return StartedSpan(span, parent)

    async def close(self) -> None:
        """Send what is left, in a thread that is left alone where the collector does not answer."""
        loop, closed = asyncio.get_running_loop(), asyncio.Event()

        def shut() -> None:
            self._provider.shutdown()
            with suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(closed.set)

        threading.Thread(target=shut, daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                await closed.wait()


def tracer_to(url: str, centre: str, agency: str) -> OpenTelemetryTracer:
    """Send spans to a collector's address; sampler, batches and headers are those of the variables OTEL_…."""
    resource = Resource.create({"service.name": agency, "service.namespace": f"ieum.{centre}"})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    return OpenTelemetryTracer(provider)
