"""Take-over: two instances of the sender, the one whose relay works is killed or frozen under load."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import asyncpg

from bench import results
from bench.cases import QUIET, RECIPIENT, SENDER, centre_for, importable, served
from bench.child import Child
from ieum.access.callers import Role
from ieum_lab.embedded.child import Child as LocalChild
from ieum_lab.embedded.processes import Service, kept_port
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template

RATE = 50
WARM_SECONDS = 5.0
AFTER_SECONDS = 25.0
FAULTS = {"killed": signal.SIGKILL, "frozen": signal.SIGSTOP}

SAID_AFTER = """
select key::text from ledger
where said and extract(epoch from pg_xact_commit_timestamp(xmin)) > $1::float8
"""
HEARD_FIRST = """
select min(extract(epoch from pg_xact_commit_timestamp(xmin)))::float8 from ledger
where not said and key = any($1::uuid[])
"""


def measure(
    stack: Stack,
    template: Template,
    times: int,
    found: dict[str, Any],
    keep: Callable[[dict[str, Any]], None],
) -> None:
    """Measure every fault so many times."""
    found.update(rate=RATE, runs=[])
    for fault in [name for _ in range(times) for name in FAULTS]:
        with centre_for(stack, template, SENDER, RECIPIENT) as under_test:
            run = {"fault": fault, **_one(stack, under_test, fault)}
        found["runs"].append(run)
        keep(found)
        results.tell(f"{fault}: the other relay delivers after {run['relay_seconds']} s")


def _one(stack: Stack, under_test: CentreUnderTest, fault: str) -> dict[str, Any]:
    with ExitStack() as exits:
        exits.enter_context(served(stack, under_test, RECIPIENT))
        leader = exits.enter_context(served(stack, under_test, SENDER))
        other = _second(stack, under_test, exits)
        token = under_test.token(SENDER, Role.SYSTEM)
        called = {"BENCH_URL": other.url, "BENCH_TOKEN": token}
        environment = {**under_test.access(SENDER).environment(), **QUIET, **called}
        log = stack.state.logs(f"{under_test.id}-caller")
        command = [sys.executable, "-m", "bench.ours.caller"]
        caller = exits.enter_context(Child(command, importable(environment), log))
        caller.wait_until_ready()
        caller.ask("begin", rate=RATE)
        time.sleep(WARM_SECONDS)
        caller.ask("mark")
        at = time.time()
        leader.child.send(FAULTS[fault])
        time.sleep(AFTER_SECONDS)
        stopped = caller.ask("stop", marking=False)
        tally = caller.ask("mark")
        leader.kill()
        delivered = asyncio.run(_first_delivery(under_test, at))
        return {
            "relay_seconds": None if delivered is None else round(delivered - at, 2),
            "worst_round_trip_seconds": round(tally["worst"] / 1000, 2),
            "round_trips": tally["trips"],
            "unanswered": stopped["unanswered"],
            "errors": stopped["errors"],
        }


def _second(stack: Stack, under_test: CentreUnderTest, exits: ExitStack) -> Service:
    """Start another instance of the sender; it waits for the first one's lock."""
    name = f"{SENDER}-2"
    port = kept_port(stack.state, name)
    environment = {**under_test.access(SENDER).environment(), **QUIET, "IEUM_HTTP_PORT": str(port)}
    command = [sys.executable, "-m", "ieum.cli.main", "run", SENDER]
    service = Service(name, stack.state, command, importable(environment), port)
    exits.callback(LocalChild.stop, service.child)
    service.start()
    service.wait_until_ready()
    return service


async def _first_delivery(under_test: CentreUnderTest, at: float) -> float | None:
    """Tell when the first referral that was sent after the fault was taken in by the recipient."""
    sender = await asyncpg.connect(under_test.access(SENDER).dsn)
    recipient = await asyncpg.connect(under_test.access(RECIPIENT).dsn)
    try:
        keys = [row["key"] for row in await sender.fetch(SAID_AFTER, at)]
        first: float | None = await recipient.fetchval(HEARD_FIRST, keys)
        return first
    finally:
        await sender.close()
        await recipient.close()
