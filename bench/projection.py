"""The console's projector beside a real Kafka: how far behind it is at a steady rate, and a rebuild."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import psutil
from aiokafka import AIOKafkaProducer
from asyncpg import Connection

from bench import results
from bench.console_events import SyntheticRecord, synthetic_records
from bench.machine import MIB
from ieum.storage.database import Database
from ieum_console.access import console_values
from ieum_console.database import migrate_console, open_console_database
from ieum_console.settings import ConsoleSettings
from ieum_lab.embedded.console_process import LIVE_PATH
from ieum_lab.embedded.ports import free_port
from ieum_lab.embedded.processes import Service, outside
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.admin_connection import admin_connection
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, new_centre

STEADY_RATE, STEADY_SECONDS = 1_000, 120.0
AIM_SECONDS_BEHIND = 3.0
PART_SECONDS = 0.1
CHUNK = 5_000
STUCK_SECONDS_MAX = 60.0
APPLIED = "select applied from projector where id = 1"
COMMAND = (sys.executable, "-m", "ieum.cli.main", "console")


def measure(
    stack: Stack,
    template: Template,
    events: int,
    found: dict[str, Any],
    keep: Callable[[dict[str, Any]], None],
) -> None:
    """Let the console follow a steady flow, then fill its topics and make its projection anew."""
    found.update(asyncio.run(_measured(stack, template, events)))
    keep(found)
    results.tell(sentence(found))


def sentence(found: dict[str, Any]) -> str:
    """Say in one sentence what was measured."""
    steady, rebuild = found["steady"], found["rebuild"]
    return (
        f"At {steady['rate']:,} records a second the projection is {steady['seconds_behind_max']:.1f} s "
        f"behind at most (aim {AIM_SECONDS_BEHIND:.0f} s); {rebuild['records']:,} records are read again in "
        f"{rebuild['seconds']:,.0f} s, {rebuild['per_second']:,.0f} a second, with {rebuild['mib_max']:,.0f} "
        "MiB at most"
    )


async def _measured(stack: Stack, template: Template, events: int) -> dict[str, Any]:
    under_test = await new_centre(stack, template)
    settings = ConsoleSettings.model_validate(console_values(under_test.centre, under_test.settings))
    await migrate_console(settings)
    database = await open_console_database(settings)
    addresses = [under_test.address(each) for each in under_test.centre.agencies][:2]
    records = (record for record, _ in synthetic_records(events, *addresses))
    try:
        async with _producer(under_test) as producer:
            seconds = min(STEADY_SECONDS, events / STEADY_RATE / 2)
            steady = await _steady(_service(stack, under_test), database, producer, records, seconds)
            written = round(seconds * STEADY_RATE)
            results.tell(f"Filling the topics with {events - written:,} further records.")
            while await _send(producer, islice(records, CHUNK)):
                pass
        return {"events": events, "steady": steady, "rebuild": await _rebuilt(under_test, events)}
    finally:
        await database.close()
        await end_centre(under_test)


def _environment(under_test: CentreUnderTest) -> Mapping[str, str]:
    values = console_values(under_test.centre, under_test.settings)
    return {**outside(), **{f"IEUM_{name.upper()}": value for name, value in values.items()}}


def _service(stack: Stack, under_test: CentreUnderTest) -> Service:
    port = free_port()
    settings = {"IEUM_HTTP_PORT": str(port), **_environment(under_test)}
    return Service("console", stack.state, [*COMMAND, "run"], settings, port, ready_path=LIVE_PATH)


def _producer(under_test: CentreUnderTest) -> AIOKafkaProducer:
    settings = under_test.settings
    return AIOKafkaProducer(
        **admin_connection(settings),
        linger_ms=5,
        max_batch_size=256 * 1024,
    )


async def _steady(
    console: Service,
    database: Database,
    producer: AIOKafkaProducer,
    records: Iterator[SyntheticRecord],
    seconds: float,
) -> dict[str, Any]:
    """Write at a steady rate and tell how old the oldest record is that is not in the projection."""
    samples: list[tuple[float, float]] = []
    part = round(STEADY_RATE * PART_SECONDS)
    written_at: list[float] = []
    console.start()
    try:
        await asyncio.to_thread(console.wait_until_ready)
        async with database.acquire() as connection:
            await _send(producer, islice(records, part))
            written_at.append(time.monotonic())
            await _applied(connection, part)
            begun = time.monotonic()
            while (number := len(written_at)) * PART_SECONDS < seconds:
                await asyncio.sleep(max(0.0, begun + number * PART_SECONDS - time.monotonic()))
                await _send(producer, islice(records, part))
                written_at.append(time.monotonic())
                applied = await connection.fetchval(APPLIED)
                waiting = written_at[applied // part :]
                behind = round(time.monotonic() - waiting[0], 2) if waiting else 0.0
                samples.append((behind, round(console.resident_bytes() / MIB, 1)))
            took = time.monotonic() - begun
            await _applied(connection, len(written_at) * part)
    finally:
        await asyncio.to_thread(console.stop)
    late, mib = sorted(behind for behind, _ in samples), [mib for _, mib in samples]
    return {
        "rate": round(len(samples) * part / took),
        "seconds": round(took, 1),
        "seconds_behind_p95": late[int(len(late) * 0.95)],
        "seconds_behind_max": late[-1],
        "mib_first": mib[len(mib) // 4],
        "mib_last": mib[-1],
    }


async def _applied(connection: Connection, records: int) -> None:
    """Wait until so many records are in the projection."""
    async with asyncio.timeout(STUCK_SECONDS_MAX):
        while await connection.fetchval(APPLIED) < records:
            await asyncio.sleep(PART_SECONDS)


async def _send(producer: AIOKafkaProducer, records: Iterator[SyntheticRecord]) -> int:
    sent = [
        await producer.send(
            each.topic, each.value, key=each.key, partition=each.partition, headers=list(each.headers)
        )
        for each in records
    ]
    await asyncio.gather(*sent)
    return len(sent)


async def _rebuilt(under_test: CentreUnderTest, events: int) -> dict[str, Any]:
    """Run `ieum console rebuild` and tell how long it takes, what it says and how much memory it holds."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "rebuild"),
        env=_environment(under_test),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if process.stderr is None:
        raise RuntimeError("The rebuild was started without the pipe that it tells its progress by.")
    lines: list[str] = []
    mib: list[float] = []
    watched = psutil.Process(process.pid)
    while line := await process.stderr.readline():
        lines.append(line.decode().strip())
        mib.append(watched.memory_info().rss / MIB)
        results.tell(f"  {lines[-1]}")
    if await process.wait():
        raise RuntimeError("The rebuild failed.")
    seconds = time.monotonic() - begun
    return {
        "records": events,
        "seconds": round(seconds, 1),
        "per_second": round(events / seconds),
        "lines": len(lines),
        "mib_first": round(mib[len(mib) // 4], 1),
        "mib_max": round(max(mib), 1),
    }
