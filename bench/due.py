"""A hundred thousand clocks have run out: how long a turn of the clocks takes, and a page of what is due."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from prometheus_client import CollectorRegistry

from bench import results
from bench.cases import RECIPIENT, SENDER, centre_for
from bench.machine import calibrate
from bench.ours.asked import asked_referral
from ieum.application.business_calendar import business_calendar
from ieum.application.clock_runner import TURN_CLOCKS_MAX, ClockRunner
from ieum.application.event_handler import EventHandler
from ieum.application.flush import flush
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.values import AgencyView, Change
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.outbox import Outbox
from ieum.delivery.streams.batch_write import Rows
from ieum.delivery.streams.peers import Peers
from ieum.garbage_collection import collect_less
from ieum.observe.logging import set_up_logging
from ieum.observe.metrics import CaseworkMeasures
from ieum.storage.database import Database, open_database
from ieum.storage.due_rows import WantedClocks, read_due
from ieum_contracts.overdue import Clock
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template

CHUNK = 1_000
TURNS, PAGES, PAGE = 400, 40, 51
AIM_MS = 200
MONTH = timedelta(days=30)
WANTED = {
    "all": WantedClocks(),
    "mine": WantedClocks(mine=True),
    "theirs": WantedClocks(mine=False),
    "none-of-them": WantedClocks(Clock.PROGRESS),
}


def measure(
    stack: Stack,
    template: Template,
    clocks: int,
    found: dict[str, Any],
    keep: Callable[[dict[str, Any]], None],
) -> None:
    """Write so many referrals whose time to supply something has passed, read pages, and let turns act."""
    with centre_for(stack, template, SENDER, RECIPIENT) as under_test:
        set_up_logging("json", "warning", centre=under_test.id, agency=RECIPIENT)
        found.update(asyncio.run(_measured(under_test, clocks)))
    keep(found)
    results.tell(sentence(found))


def sentence(found: dict[str, Any]) -> str:
    """Say in one sentence what was measured."""
    turn, pages = found["turn_ms"], found["page_ms"]
    slowest = max(pages.values(), key=lambda each: each["p50"])
    return (
        f"{found['clocks']:,} clocks due: a turn that acts on {TURN_CLOCKS_MAX} takes {turn['p50']:.0f} ms, "
        f"{turn['p99']:.0f} ms at the 99th percentile (aim {AIM_MS} ms); the first page of what is due "
        f"{pages['all']['p50']:.1f} ms, with the filter that finds nothing {slowest['p50']:.0f} ms"
    )


async def _measured(under_test: CentreUnderTest, clocks: int) -> dict[str, Any]:
    database = await open_database(under_test.access(RECIPIENT).dsn)
    try:
        runner, handler, now = _runner(under_test, database)
        await _fill(under_test, database, handler, clocks)
        collect_less()  # as every service does when it starts
        speed = round(calibrate(), 1)
        pages = {name: await _page_times(database, handler, wanted, now) for name, wanted in WANTED.items()}
        times = await _times(runner.turn, min(TURNS, clocks // TURN_CLOCKS_MAX))
    finally:
        await database.close()
    return {
        "clocks": clocks,
        "turn_clocks": TURN_CLOCKS_MAX,
        "turn_ms": times,
        "page_ms": pages,
        "aim_ms": AIM_MS,
        "calibration": speed,
    }


def _runner(under_test: CentreUnderTest, database: Database) -> tuple[ClockRunner, EventHandler, datetime]:
    """Make the clocks of an agency a month ahead."""
    me, now, peers = under_test.address(RECIPIENT), datetime.now(UTC) + MONTH, Peers()
    view = AgencyView(me, {}, {}, calendar=business_calendar(None))
    handler = EventHandler(view, peers)
    context = DeliveryContext(me, database, peers, lambda: now)
    measures = CaseworkMeasures(CollectorRegistry())
    return ClockRunner(context, handler, Outbox(context), lambda: None, measures), handler, now


async def _fill(under_test: CentreUnderTest, database: Database, handler: EventHandler, clocks: int) -> None:
    sender, teller, begun = under_test.address(SENDER), results.Teller(), datetime.now(UTC)
    async with database.acquire() as connection:
        await handler.peers.know(connection, [sender])
        for written in range(0, clocks, CHUNK):
            teller.tell(f"  {written:,} of {clocks:,} clocks written")
            known = LoadedCases()
            for number in range(min(CHUNK, clocks - written)):
                at = begun + timedelta(seconds=(written + number) / clocks)
                known.take(Change(replace(asked_referral(sender, at), changed_at=at)))
            async with connection.transaction():
                await flush(connection, handler.peers, known, Rows(), view=handler.view)
        await connection.execute("analyze")


async def _page_times(
    database: Database, handler: EventHandler, wanted: WantedClocks, now: datetime
) -> dict[str, float]:
    async def page() -> None:
        async with database.acquire() as connection:
            await read_due(connection, handler.peers, wanted, now, after=None, limit=PAGE)

    return await _times(page, PAGES)


async def _times(work: Callable[[], Awaitable[object]], number: int) -> dict[str, float]:
    """Do something again and again; the first time is left out, its statements are planned then."""
    await work()
    times: list[float] = []
    for _ in range(max(2, number - 1)):
        begun = time.perf_counter()
        await work()
        times.append((time.perf_counter() - begun) * 1e3)
    ordered = sorted(times)
    return {
        "p50": round(median(ordered), 2),
        "p99": round(ordered[int(len(ordered) * 0.99) - 1], 2),
        "max": round(ordered[-1], 2),
    }
