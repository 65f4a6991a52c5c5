"""The console with a million referrals: prints the p95 of each query, and events a second."""

import argparse
import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.resources import files

from asyncpg import Connection

from bench import results
from bench.console_events import synthetic_records
from bench.console_fill import FILL, SAMPLE_IDS
from ieum.casework.business_days import WEEKDAYS
from ieum.centre.postgres import connect_admin, create_database, create_role
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
from ieum_console.projector.headers import read_headers
from ieum_console.projector.store import ProjectionStore
from ieum_contracts.codes import State
from ieum_lab.embedded.administrator import admin_settings
from ieum_lab.embedded.signals import unwinding
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.runs import new_run_folder

ROUNDS = 60
AIM_MS, AIM_PER_SECOND = 100.0, 5_000
BATCH = 2_000
AGENCY, OTHER = "employment-center", "city-welfare-team"

Query = Callable[[Connection, int], Awaitable[object]]


def main() -> None:
    """Fill, measure, print; everything is thrown away at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--referrals", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=100_000)
    arguments = parser.parse_args()
    stack = Stack(new_run_folder())
    with unwinding():
        stack.start()
        try:
            asyncio.run(_measure(stack, arguments.referrals, arguments.events))
        finally:
            stack.discard()


async def _measure(stack: Stack, referrals: int, events: int) -> None:
    async with _database(stack) as database, database.acquire() as connection:
        began = time.perf_counter()
        for statement in FILL:
            await connection.execute(statement, *([referrals] if "$1" in statement else []), timeout=3_600.0)
        results.tell(f"{referrals} referrals were filled in within {time.perf_counter() - began:.0f} s.")
        await _measure_queries(connection)
    async with _database(stack) as database:
        await _measure_projector(database, events, "an empty projection")


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


async def _measure_queries(connection: Connection) -> None:
    now = datetime.now(UTC)
    rows = await connection.fetch(SAMPLE_IDS, ROUNDS)
    ids = [row["id"] for row in rows]
    journeys = [row["journey"] for row in rows]

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
    for name, query in queries.items():
        took = []
        for number in range(ROUNDS):
            began = time.perf_counter()
            await query(connection, number % len(ids))
            took.append((time.perf_counter() - began) * 1000)
        took.sort()
        p95 = took[int(len(took) * 0.95)]
        mark = "" if p95 <= AIM_MS else f"  (aim: {AIM_MS:.0f})"
        results.tell(f"{name:38} p50 {took[len(took) // 2]:7.1f} ms   p95 {p95:7.1f} ms{mark}")


async def _measure_projector(database: Database, events: int, where: str) -> None:
    """Write synthetic records, headers and all, as the projector does; only Kafka itself is left out."""
    store = ProjectionStore(WEEKDAYS)
    records = list(synthetic_records(events))
    async with database.acquire() as connection:
        await store.begin(connection)
        began = time.perf_counter()
        for start in range(0, len(records), BATCH):
            seen = [read_headers(*each) for each in records[start : start + BATCH]]
            await store.apply(connection, seen, datetime.now(UTC))
        rate = len(records) / (time.perf_counter() - began)
    results.tell(f"projector into {where}: {rate:.0f} events a second (aim: {AIM_PER_SECOND}).")


if __name__ == "__main__":
    main()
