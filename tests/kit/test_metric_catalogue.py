"""Metrics keep the conventions, stand in one catalogue, and the processes register exactly these."""

import ast
import asyncio
import re
import time
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from ieum.api.http.middleware import ApiMiddleware
from ieum.observe.metric_catalogue import CATALOGUE, Kind
from ieum.observe.metrics import FURTHER_REASONS, REASONS_MAX, CaseworkMeasures, DeliveryMeasures
from ieum.observe.process_measures import LOOK_SECONDS, ProcessMeasures
from ieum_console.pages.console_measures import ConsoleMeasures

SERVICES = Path(__file__).parent.parent.parent / "services"
LABELS = {
    *("fate", "table", "reason", "sender", "recipient", "pool", "kind", "method", "route", "status"),
    *("programme", "rule", "clock", "level", "version"),
}
"""Each has as many values as a table of the code or the centre's file has rows, and none of them is an id."""


def registries() -> tuple[CollectorRegistry, CollectorRegistry]:
    """Register what an agency's service does, and give the console's beside it."""
    service = CollectorRegistry()
    DeliveryMeasures(service)
    CaseworkMeasures(service)
    ProcessMeasures(service)
    nothing: Any = None
    ApiMiddleware(nothing, service, [], access=None)
    return service, ConsoleMeasures()._registry


def registered(registry: CollectorRegistry) -> set[str]:
    return {family.name for family in registry.collect()}


def test_every_metric_is_registered_by_a_process_that_runs() -> None:
    service, console = map(registered, registries())
    assert service | console == {metric.name for metric in CATALOGUE}
    assert service & console == {
        *("ieum_event_loop_delay_seconds", "ieum_database_wait_seconds", "ieum_build_info"),
    }


def test_nothing_but_the_catalogue_makes_a_metric() -> None:
    made = [
        path.name
        for path in SERVICES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Gauge", "Histogram"}
    ]
    assert made == ["metric_catalogue.py"] * 2


def test_names_end_in_a_unit_and_labels_are_known() -> None:
    assert len({metric.name for metric in CATALOGUE}) == len(CATALOGUE)
    for metric in CATALOGUE:
        assert re.fullmatch(r"ieum_[a-z]+(_[a-z]+)+", metric.name)
        assert not re.search(r"_(total|count|sum|bucket|ms|minutes|hours|days|kb|mb)$", metric.name)
        assert set(metric.labels) <= LABELS, metric.name
        assert (metric.kind is Kind.HISTOGRAM) == bool(metric.buckets)
        assert list(metric.buckets) == sorted(metric.buckets)
        assert metric.help.endswith(".")
        if metric.kind is Kind.HISTOGRAM:
            assert metric.unit == "seconds"


def test_reasons_beyond_the_limit_are_one_and_those_that_are_gone_leave_nothing() -> None:
    registry = CollectorRegistry()
    measures = DeliveryMeasures(registry)
    measures.parked({f"reason-{number}": number for number in range(1, REASONS_MAX + 4)})
    shown = re.findall(r'ieum_events_parked\{reason="([^"]+)"\} (\S+)', generate_latest(registry).decode())
    assert len(shown) == REASONS_MAX + 1
    assert dict(shown)[FURTHER_REASONS] == "6.0", "1 + 2 + 3, the least of them"
    measures.parked({})
    assert b"ieum_events_parked{" not in generate_latest(registry)


async def test_a_loop_that_is_held_up_is_seen() -> None:
    registry = CollectorRegistry()
    running = asyncio.create_task(ProcessMeasures(registry).run())
    await asyncio.sleep(LOOK_SECONDS / 2)
    until = time.monotonic() + 2 * LOOK_SECONDS
    while time.monotonic() < until:
        pass
    await asyncio.sleep(LOOK_SECONDS / 2)
    running.cancel()
    late = registry.get_sample_value("ieum_event_loop_delay_seconds_sum")
    assert late is not None
    assert late >= LOOK_SECONDS
