"""Measuring one run of one case: saturation with its cost in CPU, then latency at given rates."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.cases import RECIPIENT, Opened
from bench.machine import Meter, calibrate, memory_mib

KEPT_UP = 0.97
"""A case keeps up with a rate when it answers this share of it, and nothing waits longer than a second."""
WAITING_SECONDS_MAX = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure what."""

    warm_seconds: float = 3.0
    saturated_seconds: float = 10.0
    rate_seconds: float = 10.0
    rates: Sequence[int] = (100, 500, 1000)


def measure(run: Opened, plan: Plan) -> dict[str, Any]:
    """Measure a case that has just been started; returns plain data for the results file."""
    speed = calibrate()
    saturation = _saturated(run, plan)
    rates = {}
    for rate in plan.rates:
        rates[str(rate)] = _at_rate(run, plan, rate, saturation["per_second"])
    foreign = [saturation["foreign"], *(each["foreign"] for each in rates.values() if each["measured"])]
    return {
        "calibration": round(speed, 1),
        "foreign": max(foreign),
        "saturation": saturation,
        "rates": rates,
    }


def _saturated(run: Opened, plan: Plan) -> dict[str, Any]:
    run.originator.ask("begin", in_flight=run.case.in_flight, senders=run.case.senders)
    time.sleep(plan.warm_seconds)
    run.originator.ask("mark")
    meter, before = Meter(run.pids), _written(run)
    time.sleep(plan.saturated_seconds)
    tally = run.originator.ask("mark")
    spent, after = meter.read(), _written(run)
    memory = {name: round(memory_mib(pid), 1) for name, pid in run.pids.items()}
    stopped = run.originator.ask("stop")
    trips = max(1, tally["trips"])
    return {
        "per_second": round(tally["trips"] / tally["seconds"], 1),
        "p50": round(tally["p50"], 2),
        "p99": round(tally["p99"], 2),
        "cpu_us": {name: round(seconds / trips * 1e6, 1) for name, seconds in spent.cpu.items()},
        "database": {name: round((after[name] - before[name]) / trips) for name in after},
        "memory_mib": memory,
        "foreign": round(spent.foreign, 3),
        "answered": stopped["answered"],
        "unanswered": stopped["unanswered"],
        "errors": stopped["errors"],
    }


_WRITTEN = """
select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as wal_bytes,
    (select sum(blks_hit + blks_read) from pg_stat_database)::bigint as buffers
"""
"""By the whole server, which serves nobody else."""


def _written(run: Opened) -> dict[str, int]:
    """Tell how much log the database server has written, and how many buffers it has visited."""

    async def ask() -> dict[str, int]:
        connection = await asyncpg.connect(run.under_test.access(RECIPIENT).dsn)
        try:
            [row] = await connection.fetch(_WRITTEN)
            return dict(row)
        finally:
            await connection.close()

    return asyncio.run(ask())


def _at_rate(run: Opened, plan: Plan, rate: int, per_second: float) -> dict[str, Any]:
    if per_second < rate * 0.8:
        return {"measured": False, "kept_up": False}
    run.originator.ask("begin", rate=rate)
    time.sleep(min(plan.warm_seconds, 2.0))
    run.originator.ask("mark")
    meter = Meter(run.pids)
    time.sleep(plan.rate_seconds)
    tally = run.originator.ask("mark")
    foreign = meter.read().foreign
    stopped = run.originator.ask("stop")
    kept_up = tally["trips"] >= rate * tally["seconds"] * KEPT_UP
    kept_up = kept_up and tally["waiting"] <= rate * WAITING_SECONDS_MAX and not stopped["unanswered"]
    times = {name: round(tally[name], 2) for name in ("p50", "p95", "p99")}
    return {"measured": True, "kept_up": kept_up, "foreign": round(foreign, 3), **times}
