"""An agency where a million events wait: its own statements, its pages, and what is due."""

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from asyncpg import Connection

from bench import results
from bench.cases import QUIET, RECIPIENT, SENDER, centre_for
from bench.console_pages import quantiles, times
from bench.machine import MIB, calibrate
from bench.size_fill import DUE, FILL, STILL_DUE
from ieum.centre.centre_file import database_name
from ieum.centre.postgres import connect_admin
from ieum_contracts import envelope
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.envelope import Envelope
from ieum_lab.embedded.administrator import admin_settings
from ieum_lab.embedded.processes import Service, agency_service
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template

AIM_STATEMENT_MS, AIM_PAGE_MS, AIM_WOKEN_SECONDS = 200, 300, 2.0
LOGGED_MS = 50
WATCHED_SECONDS, QUICK_SECONDS, QUICK_EVENTS = 120.0, 10.0, 100_000
WOKEN, PAGES = 20, 30
FILL_SECONDS_MAX = 3_600.0
WAIT_SECONDS_MAX = 60.0
TYPE = "referral.received.v1"
PAGE_PATHS = ("/v1/streams", "/v1/quarantine", "/v1/sources", "/v1/access-log", "/health/ready", "/metrics")
LOG_SLOW = "select format('alter database %I set log_min_duration_statement = %s', $1::text, $2::text)"
SLOW = re.compile(r"duration: ([0-9.]+) ms  (?:execute [^:]*|statement): (.*)")


def measure(
    stack: Stack,
    template: Template,
    events: int,
    found: dict[str, Any],
    keep: Callable[[dict[str, Any]], None],
) -> None:
    """Fill an agency's database, start its service, and watch."""
    with centre_for(stack, template, SENDER, RECIPIENT) as under_test:
        found.update(asyncio.run(_measured(stack, under_test, events)))
    keep(found)
    results.tell(sentence(found))


def sentence(found: dict[str, Any]) -> str:
    """Say in one sentence what was measured."""
    slowest = max(found["statements"].values(), default=0.0)
    page, taken = max(found["pages"].items(), key=lambda each: each[1]["p95"])
    return (
        f"{found['events']:,} wait, {found['events']:,} are to be sent, {found['events'] * 10:,} lie in the "
        f"ledger: the slowest statement took {slowest:,.0f} ms (aim {AIM_STATEMENT_MS}), the slowest page "
        f"{page} {taken['p95']:,.0f} ms at the 95th percentile (aim {AIM_PAGE_MS}), what is due was woken "
        f"after {found['woken']['p95'] / 1e3:.1f} s (aim {AIM_WOKEN_SECONDS:.0f} s)"
    )


async def _measured(stack: Stack, under_test: CentreUnderTest, events: int) -> dict[str, Any]:
    speed = round(calibrate(), 1)
    log = stack.postgres.child.log
    async with _admin(stack, under_test) as connection:
        peer = await _fill(connection, under_test, events)
        service = agency_service(stack.state, under_test.access(RECIPIENT), QUIET)
        begun = log.stat().st_size
        service.start()
        try:
            ready = await asyncio.to_thread(service.wait_until_ready)
            woken = [await _woken(connection, under_test, peer) for _ in range(WOKEN)]
            pages = await _pages(service, under_test)
            await asyncio.sleep(QUICK_SECONDS if events < QUICK_EVENTS else WATCHED_SECONDS)
            mib = service.resident_bytes() / MIB
        finally:
            await asyncio.to_thread(service.stop)
    return {
        "events": events,
        "ready_seconds": round(ready, 1),
        "statements": slowest(log, begun),
        "pages": pages,
        "woken": quantiles([seconds * 1e3 for seconds in woken]),
        "memory_mib": round(mib, 1),
        "calibration": speed,
    }


@asynccontextmanager
async def _admin(stack: Stack, under_test: CentreUnderTest) -> AsyncIterator[Connection]:
    """Connect as administrator; the server writes down what takes long on the agency's own connections."""
    name = database_name(under_test.address(RECIPIENT))
    connection = await connect_admin(admin_settings(stack), name)
    try:
        await connection.execute(await connection.fetchval(LOG_SLOW, name, str(LOGGED_MS)))
        yield connection
    finally:
        await connection.close()


async def _fill(connection: Connection, under_test: CentreUnderTest, events: int) -> int:
    peer: int = await connection.fetchval(
        "insert into peer (address) values ($1) returning id", str(under_test.address(SENDER))
    )
    headers = _headers(under_test, uuid4())
    given = (events, peer, headers)
    for name, statement in FILL.items():
        begun = time.monotonic()
        used = max(int(number) for number in re.findall(r"\$([0-9])", statement))
        await connection.execute(statement, *given[:used], timeout=FILL_SECONDS_MAX)
        results.tell(f"  {name}: {time.monotonic() - begun:,.0f} s")
    await connection.execute("vacuum analyze", timeout=FILL_SECONDS_MAX)  # as the server does by itself
    return peer


def _headers(under_test: CentreUnderTest, key: UUID) -> bytes:
    written = Envelope(
        id=uuid4(),
        source=under_test.address(SENDER),
        type=TYPE,
        time=datetime.now(UTC),
        subject=str(key),
        recipient=under_test.address(RECIPIENT),
        dataschema=EVENT_TYPES[TYPE].dataschema,
        sequence=1,
        journey=uuid4(),
    )
    return envelope.canonical(envelope.write(written))


async def _woken(connection: Connection, under_test: CentreUnderTest, peer: int) -> float:
    """Let an event be due, and tell after how many seconds it was tried."""
    key = UUID(int=secrets.randbits(128))
    body, headers = b"{}", _headers(under_test, key)
    await connection.execute("insert into stream (key, peer, family) values ($1, $2, 1)", key, peer)
    await connection.execute(DUE, key, peer, TYPE, headers, body, hashlib.sha256(body).digest())
    begun = time.monotonic()
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while await connection.fetchval(STILL_DUE, key):
            await asyncio.sleep(0.02)
    return time.monotonic() - begun


async def _pages(service: Service, under_test: CentreUnderTest) -> dict[str, dict[str, float]]:
    header = under_test.header(RECIPIENT)
    async with httpx.AsyncClient(base_url=service.url, headers=header, trust_env=False, timeout=30) as client:

        async def page(path: str, _number: int) -> None:
            answer = await client.get(path)
            answer.raise_for_status()

        return {path: await times(partial(page, path), PAGES) for path in PAGE_PATHS}


def slowest(log: Path, begun: int) -> dict[str, float]:
    """Read from the server's log how long each kind of statement took at most, in milliseconds."""
    with log.open("rb") as file:
        file.seek(begun)
        text = file.read().decode(errors="replace")
    found: dict[str, float] = {}
    for taken, statement in SLOW.findall(_joined(text)):
        name = " ".join(statement.split())[:100]
        found[name] = max(found.get(name, 0.0), float(taken))
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def _joined(log: str) -> str:
    """Put each entry of the log on one line."""
    return log.replace("\n\t", " ")
