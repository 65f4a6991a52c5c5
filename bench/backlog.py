"""Draining a backlog: one instance starts before full mailboxes; its rate and its memory over time."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from uuid_utils.compat import uuid7

from bench import results
from bench.cases import QUIET, RECIPIENT, SENDER, centre_for, servers
from bench.machine import MIB, Meter
from bench.ours.order import requested
from ieum.delivery.connection_arguments import connection_arguments
from ieum.settings import Settings
from ieum_contracts import envelope
from ieum_contracts.catalogue import dataschema_of, encode, type_of
from ieum_contracts.envelope import Envelope
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.processes import Service, agency_service
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template

IDLE_SECONDS = 3.0
SAMPLE_SECONDS = 1.0
SAMPLES_KEPT = 120
STUCK_SECONDS_MAX = 30.0
CHUNK = 5_000
MINUTE = 60.0

PROGRESS = """
select coalesce((select sum(next_offset) from position), 0)::bigint as taken,
       (select count(*) from (select 1 from outbox limit 100000) as waiting) as waiting
"""


def drain(
    stack: Stack,
    template: Template,
    events: int,
    found: dict[str, Any],
    keep: Callable[[dict[str, Any]], None],
) -> None:
    """Fill a recipient's mailbox, start one instance, and follow it until all is answered."""
    with centre_for(stack, template, SENDER, RECIPIENT) as under_test:
        service = agency_service(stack.state, under_test.access(RECIPIENT), QUIET)
        idle = _idle_mib(service)
        results.tell(f"Filling the mailbox with {events:,} referrals.")
        asyncio.run(fill(under_test, events))
        service.start()
        try:
            samples, spent = _followed(stack, under_test, service, events)
        finally:
            service.stop()
        found.update(
            summary(samples, events, idle), cpu_us=spent, samples=results.thinned(samples, SAMPLES_KEPT)
        )
        keep(found)
        results.tell(f"{found['per_second']:,.0f} events/s, {found['memory_mib_max']:,.0f} MiB at most.")


async def fill(under_test: CentreUnderTest, events: int) -> None:
    """Write new referrals into the recipient's mailbox, as the sender's relay would."""
    settings = Settings.model_validate(dict(under_test.access(SENDER).values()))
    producer = AIOKafkaProducer(
        **connection_arguments(settings), acks="all", enable_idempotence=True, max_batch_size=262144
    )
    await producer.start()
    try:
        topic = topic_of(under_test.address(RECIPIENT), Family.REFERRAL)
        records = _records(under_test, events)
        teller = results.Teller()
        for begin in range(0, events, CHUNK):
            teller.tell(f"  {begin:,} of {events:,} written")
            sent = []
            for _ in range(min(CHUNK, events - begin)):
                key, headers, body = next(records)
                sent.append(await producer.send(topic, body, key=key, headers=headers))
            await asyncio.gather(*sent)
    finally:
        await producer.stop()


def _records(
    under_test: CentreUnderTest, events: int
) -> Iterator[tuple[bytes, list[tuple[str, bytes]], bytes]]:
    content = requested()
    body, kind, schema = encode(content), type_of(content), dataschema_of(content)
    for _ in range(events):
        key = uuid7()
        event = Envelope(
            id=uuid7(),
            source=under_test.address(SENDER),
            type=kind,
            time=datetime.now(UTC),
            subject=str(key),
            recipient=under_test.address(RECIPIENT),
            dataschema=schema,
            sequence=1,
            journey=uuid7(),
        )
        yield str(key).encode(), envelope.write(event), body


def _idle_mib(service: Service) -> float:
    """Run the service with nothing to do, and tell its memory."""
    service.start()
    try:
        service.wait_until_ready()
        time.sleep(IDLE_SECONDS)
        return round(service.resident_bytes() / MIB, 1)
    finally:
        service.stop()


def _followed(
    stack: Stack, under_test: CentreUnderTest, service: Service, events: int
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Sample progress and memory every second until all events are taken in and all answers sent."""
    recipient = {} if service.pid is None else {"recipient": service.pid}
    meter = Meter({**recipient, **servers(stack)})
    samples: list[dict[str, Any]] = []
    begun = moved = time.monotonic()
    teller = results.Teller()
    with closing(asyncio.new_event_loop()) as loop:
        connection = loop.run_until_complete(asyncpg.connect(under_test.access(RECIPIENT).dsn))
        while time.monotonic() - moved < STUCK_SECONDS_MAX:
            row = dict(loop.run_until_complete(connection.fetchrow(PROGRESS)) or {})
            now = time.monotonic()
            if (
                not samples
                or row["taken"] != samples[-1]["taken"]
                or row["waiting"] != samples[-1]["waiting"]
            ):
                moved = now
            resident = round(service.resident_bytes() / MIB, 1)
            samples.append({"seconds": round(now - begun, 2), **row, "memory_mib": resident})
            if row["taken"] >= events and row["waiting"] == 0:
                break
            teller.tell(f"  {row['taken']:,} of {events:,} taken in, {row['waiting']:,} answers wait")
            time.sleep(SAMPLE_SECONDS)
        loop.run_until_complete(connection.close())
    return samples, {name: round(cpu / events * 1e6, 1) for name, cpu in meter.read().cpu.items()}


def summary(samples: list[dict[str, Any]], events: int, idle: float) -> dict[str, Any]:
    """Say what the samples come to: the rate between the first event taken in and the last."""
    first = next((each for each in samples if each["taken"]), samples[-1])
    last = next((each for each in samples if each["taken"] >= events), samples[-1])
    seconds = last["seconds"] - first["seconds"]
    return {
        "events": events,
        "taken": last["taken"],
        "per_second": round((last["taken"] - first["taken"]) / seconds, 1) if seconds else 0.0,
        "answered_after_seconds": None if samples[-1]["waiting"] else samples[-1]["seconds"],
        "memory_mib_idle": idle,
        "memory_mib_max": max(each["memory_mib"] for each in samples),
        "memory_mib_after_a_minute": next((s["memory_mib"] for s in samples if s["seconds"] >= MINUTE), None),
    }
