"""Growth: more and more centres on one broker; what each one adds to it, measured, and a hundred by sums."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
from aiokafka import AIOKafkaProducer

from bench import results
from bench.cases import served, servers
from bench.machine import Meter, memory_mib
from ieum.delivery.connection_arguments import SASL_MECHANISM
from ieum_contracts.topics import topics
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, new_centre

AGENCIES = (
    "employment-center",
    "women-reemployment-center",
    "microfinance-center",
    "veterans-center",
    "city-job-center",
    "city-welfare-team",
)
SETTLE_SECONDS, IDLE_SECONDS = 5.0, 30.0
COUNTRY = 100
COUNTED = ("partitions", "broker_memory_mib", "broker_files", "broker_maps", "broker_threads")


def grow(
    stack: Stack, template: Template, last: int, found: dict[str, Any], keep: Callable[[dict[str, Any]], None]
) -> None:
    """Add centre after centre, a record in every partition, and measure the broker after each."""
    under_test: list[CentreUnderTest] = []
    found.update(samples=[_sample(stack, [])])
    try:
        for _ in range(last):
            under_test.append(asyncio.run(new_centre(stack, template, AGENCIES)))
            asyncio.run(touch(stack, under_test[-1]))
            time.sleep(SETTLE_SECONDS)
            found["samples"].append(_sample(stack, under_test))
            keep(found)
            results.tell(str(found["samples"][-1]))
        found["one_centre_running"] = _running(stack, under_test[0])
        found["a_hundred"] = extrapolated(found["samples"], COUNTRY)
        keep(found)
    finally:
        for each in under_test:
            asyncio.run(end_centre(each))


async def touch(stack: Stack, under_test: CentreUnderTest) -> None:
    """Write one record into every partition: an empty one has no index in memory yet."""
    producer = AIOKafkaProducer(
        bootstrap_servers=stack.kafka_bootstrap,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism=SASL_MECHANISM,
        sasl_plain_username=stack.kafka_admin.username,
        sasl_plain_password=stack.kafka_admin.password,
    )
    await producer.start()
    try:
        for topic in topics(under_test.id, AGENCIES):
            for partition in range(topic.partitions):
                await producer.send(topic.name, b"x", key=b"x", partition=partition)
        await producer.flush()
    finally:
        await producer.stop()


def extrapolated(samples: Sequence[dict[str, Any]], centres: int) -> dict[str, Any]:
    """Calculate what so many centres need: what the first needs, and what each further one has added."""
    first, last = samples[1], samples[-1]
    grown = max(1, last["centres"] - first["centres"])
    each = {name: (last[name] - first[name]) / grown for name in COUNTED}
    if last["centres"] == first["centres"]:
        each = {name: last[name] - samples[0][name] for name in COUNTED}
    return {
        "centres": centres,
        "each_adds": {name: round(value, 1) for name, value in each.items()},
        **{name: round(first[name] + each[name] * (centres - 1)) for name in COUNTED},
    }


def _sample(stack: Stack, under_test: Sequence[CentreUnderTest]) -> dict[str, Any]:
    process = psutil.Process(stack.kafka.child.pid())
    return {
        "centres": len(under_test),
        "partitions": sum(t.partitions for each in under_test for t in topics(each.id, AGENCIES)),
        "broker_memory_mib": round(memory_mib(process.pid), 1),
        "broker_files": process.num_fds(),
        "broker_maps": len(Path(f"/proc/{process.pid}/maps").read_text().splitlines()),
        "broker_threads": process.num_threads(),
    }


def _running(stack: Stack, under_test: CentreUnderTest) -> dict[str, Any]:
    """Run the six agencies of one centre with nothing to do, and measure what that takes."""
    with ExitStack() as exits:
        services = [exits.enter_context(served(stack, under_test, agency)) for agency in AGENCIES]
        time.sleep(SETTLE_SECONDS)
        processes = [psutil.Process(service.pid) for service in services]
        return {
            "services": len(services),
            "service_memory_mib": round(sum(memory_mib(each.pid) for each in processes) / len(processes), 1),
            "service_files": round(sum(each.num_fds() for each in processes) / len(processes)),
            "database_processes": len(psutil.Process(stack.postgres.child.pid()).children()),
            "idle_percent_of_a_core": _idle_percent(stack, [each.pid for each in processes]),
            **{name: value for name, value in _sample(stack, [under_test]).items() if name in COUNTED[1:]},
        }


def _idle_percent(stack: Stack, services: Sequence[int]) -> dict[str, float]:
    """Measure the share of one core that a centre takes while nothing happens."""
    pids = servers(stack)
    meter = Meter({**{str(pid): pid for pid in services}, **pids})
    time.sleep(IDLE_SECONDS)
    spent = meter.read()
    seconds = {"services": sum(spent.cpu[str(pid)] for pid in services)}
    seconds |= {name: spent.cpu[name] for name in pids}
    return {name: round(100 * cpu / spent.seconds, 2) for name, cpu in seconds.items()}
