"""Spans go where the settings say, under the parent that came, and nowhere without."""

import asyncio
import sys
import threading
import time
from typing import Any

import pytest

from ieum.observe.opentelemetry_tracer import CLOSE_SECONDS_MAX, tracer_to
from ieum.observe.tracing import NO_TRACER, MissingExtraError, open_tracer
from ieum.settings import Settings
from ieum_contracts.header_values import TRACEPARENT
from ieum_lab.embedded.ports import LOOPBACK, free_port
from tests.kit.collector import collector

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = PARENT.split("-")[1]
LEFT_SECONDS_MAX = 60.0
NOTED = 1
"""The flag of a trace parent whose trace is noted."""


def settings(**given: Any) -> Settings:
    unused = {
        "database_dsn": "postgresql://x",
        "kafka_bootstrap": "x",
        "kafka_username": "x",
        "kafka_password": "x",
    }
    tokens = {"token_issuer": "x", "token_jwks_file": "x"}
    return Settings.model_validate({"agency": "veterans-center", **unused, **tokens, **given})


@pytest.mark.parametrize("parent", [None, PARENT])
async def test_without_a_collector_what_came_is_handed_on(parent: str | None) -> None:
    tracer = open_tracer(settings())
    assert tracer is NO_TRACER
    assert not tracer.is_on
    span = tracer.start("order", parent, {})
    assert span.traceparent == parent
    span.end("committed")
    await tracer.close()


async def test_a_span_goes_to_the_collector_under_the_parent_that_came() -> None:
    with collector() as found:
        tracer = open_tracer(settings(traces_url=found.url))
        first = tracer.start("order", PARENT, {"http.route": "/v1/referrals"}, kind="server")
        second = tracer.start("relay", first.traceparent, {}, at=1_000, kind="producer")
        second.end("acknowledged", at=3_000)
        first.end("committed")
        await tracer.close()
        order, relay = sorted(found.spans, key=lambda each: each.name)
    assert (order.service, order.trace, order.parent) == ("veterans-center", TRACE, PARENT.split("-")[2])
    assert (relay.trace, relay.parent, relay.began, relay.ended) == (TRACE, order.span, 1_000, 3_000)
    assert order.attributes == {"http.route": "/v1/referrals", "ieum.outcome": "committed"}
    for each in (first, second):
        assert each.traceparent is not None
        assert TRACEPARENT.fullmatch(each.traceparent)


async def test_a_trace_begins_where_none_came_and_is_not_noted_where_its_parent_is_not() -> None:
    with collector() as found:
        tracer = open_tracer(settings(traces_url=found.url))
        begun = tracer.start("order", None, {})
        begun.end("committed")
        unnoted = tracer.start("order", f"{PARENT[:-1]}0", {})
        unnoted.end("committed")
        await tracer.close()
    [span] = found.spans
    assert span.parent == ""
    assert begun.traceparent is not None
    assert unnoted.traceparent is not None
    assert begun.traceparent.startswith(f"00-{span.trace}-{span.span}-")
    assert unnoted.traceparent.startswith(f"00-{TRACE}-")
    assert int(begun.traceparent[-2:], 16) & NOTED
    assert not int(unnoted.traceparent[-2:], 16) & NOTED


async def test_a_collector_that_is_away_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    before = {*threading.enumerate()}
    tracer = tracer_to(f"http://{LOOPBACK}:{free_port()}/v1/traces", "yangju", "veterans-center")
    began = time.monotonic()
    for _ in range(5_000):
        tracer.start("order", None, {}).end("committed")
    assert time.monotonic() - began < 5
    began = time.monotonic()
    await tracer.close()
    assert time.monotonic() - began < CLOSE_SECONDS_MAX + 2
    for left in {
        *threading.enumerate()
    } - before:  # they draw random numbers, which other tests do not expect
        await asyncio.to_thread(left.join, LEFT_SECONDS_MAX)
        assert not left.is_alive()


def test_without_the_extra_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ieum.observe.opentelemetry_tracer", None)
    with pytest.raises(MissingExtraError, match=r"ieum-kit\[otel\]"):
        open_tracer(settings(traces_url="http://collector/v1/traces"))
