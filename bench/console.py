"""The console with a million referrals: what each page and query takes, and events a second."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from uuid import UUID

from asyncpg import Connection

from bench import results
from bench.console_events import synthetic_records
from bench.console_fill import FILL, SAMPLE_IDS, SAMPLE_OPERATIONS
from bench.console_pages import measure_pages, times
from bench.console_picture import first_picture
from bench.machine import calibrate
from ieum.casework.business_days import WEEKDAYS
from ieum.centre.postgres import connect_admin, create_database, create_role
from ieum.garbage_collection import collect_less
from ieum.storage.database import Database, open_database
from ieum.storage.migrate import migrate
from ieum_console.projection import (
    ReferralFilter,
    Window,
    behind,
    list_referrals,
    read_agencies,
    read_assurance,
    read_contracts,
    read_edges,
    read_overview,
    read_referral,
    read_silences,
)
from ieum_console.projector.headers import Rejected, Seen, read_headers
from ieum_console.projector.store import ProjectionStore
from ieum_console.projector.taking_in import in_parts, take_in
from ieum_contracts.codes import State
from ieum_lab.embedded.administrator import admin_settings
from ieum_lab.embedded.stack import Stack

ROUNDS, PICTURES, FILL_SECONDS_MAX = 60, 20, 3_600.0
AIM_MS, AIM_PER_SECOND = 100.0, 5_000
BATCH = 2_000
AGENCY, OTHER = "employment-center", "city-welfare-team"

Query = Callable[[Connection, int], Awaitable[object]]


def measure(
    stack: Stack,
    referrals: int,
    events: int,
    found: dict[str, Any],
    keep: Callable[[dict[str, Any]], None],
) -> None:
    """Fill a projection and measure its pages and queries, then the projector into an empty one."""
    found.update(asyncio.run(_measured(stack, referrals, events)))
    keep(found)
    results.tell(sentence(found))


def sentence(found: dict[str, Any]) -> str:
    """Say in one sentence what was measured."""
    name, slowest = max(found["pages"].items(), key=lambda each: each[1]["p95"])
    return (
        f"{found['referrals']:,} referrals: the slowest page is {name} with {slowest['p95']:.0f} ms at the "
        f"95th percentile (aim {AIM_MS:.0f} ms); the projector takes "
        f"{found['projector_per_second']:,.0f} events a second (aim {AIM_PER_SECOND:,})"
    )


async def _measured(stack: Stack, referrals: int, events: int) -> dict[str, Any]:
    async with _database(stack) as database:
        began = time.perf_counter()
        async with database.acquire() as connection:
            for statement in FILL:
                await connection.execute(
                    statement, *([referrals] if "$1" in statement else []), timeout=FILL_SECONDS_MAX
                )
            rows = await connection.fetch(SAMPLE_IDS, ROUNDS)
            operations = [row["id"] for row in await connection.fetch(SAMPLE_OPERATIONS, ROUNDS)]
            results.tell(f"{referrals} referrals were filled in within {time.perf_counter() - began:.0f} s.")
            samples = [(row["id"], row["journey"]) for row in rows]
            collect_less()  # as the console does when it starts
            queries = await _measure_queries(connection, samples)
        pages = await measure_pages(database, samples, operations, ROUNDS)
        picture = await first_picture(database, PICTURES)
    async with _database(stack) as database:
        rate = await _measure_projector(database, events)
    return {
        "referrals": referrals,
        "pages": pages,
        "first_picture": picture,
        "queries": queries,
        "projector_events": events,
        "projector_per_second": round(rate),
        "aim_ms": AIM_MS,
        "aim_per_second": AIM_PER_SECOND,
        "calibration": round(calibrate(), 1),
    }


@asynccontextmanager
async def _database(stack: Stack) -> AsyncIterator[Database]:
    """Make a console's database, at its newest schema."""
    name, password, settings = f"c{secrets.token_hex(4)}", secrets.token_hex(8), admin_settings(stack)
    admin = await connect_admin(settings)
    await create_role(admin, name, password)
    await create_database(admin, name, owner=name)
    await admin.close()
    location = stack.postgres_admin_dsn.rpartition("@")[2].partition("/")[0]
    dsn = f"postgresql://{name}:{password}@{location}/{name}"
    await migrate(dsn, folder=files("ieum_console").joinpath("schema"))
    database = await open_database(dsn)
    try:
        yield database
    finally:
        await database.close()


async def _measure_queries(
    connection: Connection, samples: Sequence[tuple[UUID, UUID]]
) -> dict[str, dict[str, float]]:
    now = datetime.now(UTC)
    ids, journeys = zip(*samples, strict=True)

    def listing(make: Callable[[int], ReferralFilter]) -> Query:
        return lambda c, n: list_referrals(c, make(n), now)

    queries: dict[str, Query] = {
        "overview, 15 minutes": lambda c, _: read_overview(c, Window.QUARTER, now),
        "overview, 24 hours": lambda c, _: read_overview(c, Window.DAY, now),
        "referrals, newest": listing(lambda _: ReferralFilter()),
        "referrals, by 8 characters": listing(lambda n: ReferralFilter(number=str(ids[n])[:8])),
        "referrals, of a journey": listing(lambda n: ReferralFilter(journey=journeys[n])),
        "referrals, of an agency": listing(lambda _: ReferralFilter(agency=AGENCY)),
        "referrals, in a state": listing(lambda _: ReferralFilter(state=State.WAITLISTED)),
        "referrals, of an agency in a state": listing(
            lambda _: ReferralFilter(agency=OTHER, state=State.WAITLISTED)
        ),
        "referrals, overdue": listing(lambda _: ReferralFilter(overdue=True)),
        "referrals, overdue at an agency": listing(lambda _: ReferralFilter(overdue=True, agency=OTHER)),
        "one referral": lambda c, n: read_referral(c, ids[n]),
        "agencies": lambda c, _: read_agencies(c, now),
        "edges": lambda c, _: read_edges(c),
        "assurance": lambda c, _: read_assurance(c),
        "contracts": lambda c, _: read_contracts(c),
        "silences": lambda c, _: read_silences(c),
        "how far behind": lambda c, _: behind(c, now),
    }

    def of(query: Query) -> Callable[[int], Awaitable[object]]:
        return lambda number: query(connection, number % len(ids))

    return {name: await times(of(query), ROUNDS) for name, query in queries.items()}


async def _measure_projector(database: Database, events: int) -> float:
    """Write synthetic records, headers and all, as the projector does; only Kafka itself is left out."""
    store = ProjectionStore(WEEKDAYS)
    records = list(synthetic_records(events))
    batches = (records[start : start + BATCH] for start in range(0, len(records), BATCH))
    async with database.acquire() as connection:
        await store.begin(connection)

        async def read() -> list[Seen | Rejected]:
            return await in_parts(next(batches, ()), lambda each: read_headers(*each))

        async def write(seen: Sequence[Seen | Rejected]) -> None:
            await store.apply(connection, seen, datetime.now(UTC))

        began = time.perf_counter()
        await take_in(read, write, lambda: False)
        return len(records) / (time.perf_counter() - began)
