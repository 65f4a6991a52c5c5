"""No statement of delivery reads a growing table to its end, though its plan was made on empty tables."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import ieum.delivery
from ieum.delivery import feed, rows
from ieum.settings import Settings
from ieum.storage.database import open_database
from ieum.testing.plugin import MakeCentre

pytestmark = pytest.mark.stack
GROWING = ("ledger", "stream", "outbox", "parked", "feed", "quarantine", "told", "notice")
STATEMENT = re.compile(r"\s*(select|insert|update|delete|with)\s", re.IGNORECASE)
WRITE = rows.statement((rows._BEGIN, rows._GO_ON, rows._ENTER, rows._MOVE))
RARE = {
    "carry_SET_ASIDE": {"outbox"},  # when the broker refuses a topic, once in half a minute
    "parking_DUE": {"parked"},  # each second, of what waits: few rows, or there is an alarm
    "parking_GAPS": {"parked"},
    "parking_WAKE_ALL": {"parked"},  # at a start, and each ten minutes
    "upkeep_COUNT": {"outbox", "notice", "parked"},  # what waits is counted
    "retention_CLEAR": {"ledger", "outbox"},  # once an hour; by its index as soon as there are statistics
    "retention_FORGET_TOLD": {"told"},
}
"""Statements that may read these tables to the end, seldom or because they are short."""


def statements() -> Iterator[tuple[str, str]]:
    """Find every statement of delivery, by the name of its module and constant."""
    yield "rows", WRITE
    for module in pkgutil.iter_modules(ieum.delivery.__path__):
        names = vars(importlib.import_module(f"ieum.delivery.{module.name}"))
        for name, value in names.items():
            if isinstance(value, str) and name.isupper() and STATEMENT.match(value):
                yield f"{module.name}{name}", value


PREPARE = "select format('prepare hot_%s as %s', $1::int, $2::text)"
EXPLAIN = "select format('explain execute hot_%s (%s)', $1::int, $2::text)"
EXPLAIN_PLAIN = "select format('explain execute hot_%s', $1::int)"


async def test_plans_made_on_empty_tables_stay_good(make_centre: MakeCentre) -> None:
    centre = await make_centre("alpha")
    settings = Settings.model_validate(centre.access("alpha").values())
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_secret())
    plans: dict[str, str] = {}
    async with database.acquire() as connection:
        for number, (name, statement) in enumerate(statements()):
            nulls = ", ".join(["null"] * len(set(re.findall(r"\$[0-9]+", statement))))
            await connection.execute(await connection.fetchval(PREPARE, number, statement))
            explain = (EXPLAIN, number, nulls) if nulls else (EXPLAIN_PLAIN, number)
            lines = await connection.fetch(await connection.fetchval(*explain))
            plans[name] = "\n".join(line[0] for line in lines)
    await database.close()
    assert len(plans) > len(GROWING)
    scan = re.compile(rf"Seq Scan on ({'|'.join(GROWING)})\b")
    found = {name: set(scan.findall(plan)) for name, plan in plans.items() if scan.search(plan)}
    assert {name: tables for name, tables in found.items() if not tables <= RARE.get(name, set())} == {}


FILL = """
insert into feed (key, peer, family, said, sequence, number)
select gen_random_uuid(), 1, 1, false, 1, n from generate_series(1, 20000) as n
"""


async def test_feed_is_numbered_row_by_row_though_statistics_know_of_none_without(
    make_centre: MakeCentre,
) -> None:
    centre = await make_centre("alpha")
    settings = Settings.model_validate(centre.access("alpha").values())
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_secret())
    async with database.acquire() as connection:
        await connection.execute(FILL)
        await connection.execute("analyze feed")
        await connection.execute(await connection.fetchval(PREPARE, 0, feed._NUMBER))
        lines = await connection.fetch(await connection.fetchval(EXPLAIN, 0, "1000"))
    await database.close()
    plan = "\n".join(line[0] for line in lines)
    assert plan.count("feed_unnumbered") == 1, plan
    assert "Index Scan using feed_pkey" in plan, plan
