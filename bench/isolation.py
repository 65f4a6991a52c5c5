"""One bad place beside a steady flow: what a third agency breaks, and what the two others feel of it."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import httpx

from bench import results
from bench.breaking import BREAKS, THIRD, Break, Broken
from bench.cases import QUIET, RECIPIENT, SENDER, centre_for, importable, served
from bench.child import Child
from bench.machine import MIB
from ieum.access.callers import Role
from ieum_lab.embedded.processes import Service
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template

RATE = 20
WARM_SECONDS, MEASURED_SECONDS, QUICK_SECONDS = 8.0, 30.0, 4.0
HEALED_SECONDS_MAX = 120.0
PAUSE_SECONDS = 0.25
AIM_TIMES = 2.0


def measure(
    stack: Stack,
    template: Template,
    found: dict[str, Any],
    keep: Callable[[dict[str, Any]], None],
    *,
    quick: bool = False,
    ways: Sequence[Break] = BREAKS,
) -> None:
    """Measure round trips undisturbed, then with each way of breaking, each in a centre of its own."""
    seconds = QUICK_SECONDS if quick else MEASURED_SECONDS
    found.update(rate=RATE, seconds=seconds, runs=[])
    for way in ways:
        with centre_for(stack, template, SENDER, RECIPIENT, THIRD) as under_test:
            run = _one(stack, under_test, way, seconds)
        found["runs"].append(run)
        keep(found)
        results.tell(sentence(run))


def sentence(run: dict[str, Any]) -> str:
    """Say in one sentence what one way of breaking did."""
    healed = run["healed_seconds"]
    return (
        f"{run['way']}: p99 {run['broken']['p99']:.0f} ms, undisturbed {run['undisturbed']['p99']:.0f} "
        f"({times_worse(run):.1f} times, aim {AIM_TIMES:.0f}); {run['unanswered']} unanswered; "
        f"{'not gone in two minutes' if healed is None else f'gone after {healed:.0f} s'}"
    )


def times_worse(run: dict[str, Any]) -> float:
    """Return by how much the 99th percentile of a round trip is longer than undisturbed in the same run."""
    return float(run["broken"]["p99"] / max(run["undisturbed"]["p99"], 1.0))


def _one(stack: Stack, under_test: CentreUnderTest, way: Break, seconds: float) -> dict[str, Any]:
    with ExitStack() as exits:
        services = [exits.enter_context(served(stack, under_test, each)) for each in (RECIPIENT, SENDER)]
        caller = exits.enter_context(_caller(stack, under_test, services[1]))
        caller.wait_until_ready()
        caller.ask("begin", rate=RATE)
        time.sleep(WARM_SECONDS)
        undisturbed = _tally(caller, seconds)
        broken = Broken(stack, under_test)
        way.breaks(broken)
        during = _tally(caller, seconds)
        health = {each.name: _health(each, under_test) for each in services}
        memory = {each.name: round(each.resident_bytes() / MIB, 1) for each in services}
        begun = time.monotonic()
        way.mends(broken)
        healed = _healed(way, broken, begun)
        stopped = caller.ask("stop")
    return {
        "way": way.name,
        "undisturbed": undisturbed,
        "broken": during,
        "health": health,
        "memory_mib": memory,
        "healed_seconds": healed,
        "unanswered": stopped["unanswered"],
        "errors": stopped["errors"],
    }


def _caller(stack: Stack, under_test: CentreUnderTest, sender: Service) -> Child:
    called = {"BENCH_URL": sender.url, "BENCH_TOKEN": under_test.token(SENDER, Role.SYSTEM)}
    environment = {**under_test.access(SENDER).environment(), **QUIET, **called}
    command = [sys.executable, "-m", "bench.ours.caller"]
    return Child(command, importable(environment), stack.state.logs(f"{under_test.id}-caller"))


def _tally(caller: Child, seconds: float) -> dict[str, Any]:
    caller.ask("mark")
    time.sleep(seconds)
    tally = caller.ask("mark")
    return {name: round(tally[name], 1) for name in ("trips", "p50", "p95", "p99", "worst")}


def _health(service: Service, under_test: CentreUnderTest) -> list[str]:
    """Return what a service's health says is wrong, as an operator is told."""
    header = under_test.header(service.name, Role.OPERATOR)
    answer = httpx.get(f"{service.url}/health/ready", headers=header, timeout=10, trust_env=False)
    return [*answer.json()["problems"]]


def _healed(way: Break, broken: Broken, begun: float) -> float | None:
    """Return after how many seconds nothing of the breaking is left; None where that took too long."""
    while time.monotonic() - begun < HEALED_SECONDS_MAX:
        if way.is_healed(broken):
            return round(time.monotonic() - begun, 1)
        time.sleep(PAUSE_SECONDS)
    return None
