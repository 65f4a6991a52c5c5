"""No page reads a whole table, whatever the tables held when its plan was made."""

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest
from asyncpg import Connection

from bench.console_fill import FILL
from ieum_console import operations, projection, projector
from tests.console.conftest import Console
from tests.kit.plans import EXPLAIN, EXPLAIN_PLAIN, PREPARE

pytestmark = pytest.mark.stack
LARGE = (
    "step",
    "referral",
    "heard_mark",
    "flow",
    "delivery_time",
    "notice",
    "answer_sample",
    "day_of_events",
    "audit",
    "gap",
    "change",
    "operation_item",
)
READS_ALL = re.compile(rf"Seq Scan on ({'|'.join(LARGE)})\b")
STATEMENT = re.compile(r"^\s*\(*(select|with|insert|update|delete)\b")
OF_A_REBUILD = ("rebuild.",)
"""What reads all, and has the right to."""
WORLDS = {"empty": (), "analysed-empty": ("analyze",), "full": FILL}
REFERRALS = 20_000
FILL_SECONDS_MAX = 200.0


def statements() -> Iterator[tuple[str, str]]:
    """Give every statement of what pages read, of what the projector writes, and of operations, by name."""
    for package in (projection, projector, operations):
        for found in iter_modules(package.__path__, f"{package.__name__}."):
            for name, value in vars(import_module(found.name)).items():
                if name.isupper() and isinstance(value, str) and STATEMENT.match(value):
                    yield f"{found.name.rpartition('.')[2]}.{name}", value


@pytest.mark.parametrize("world", WORLDS)
async def test_no_statement_reads_a_whole_table(console: Console, world: str) -> None:
    async with console.database.acquire() as connection:
        for statement in WORLDS[world]:
            arguments = [REFERRALS] if "$1" in statement else []
            await connection.execute(statement, *arguments, timeout=FILL_SECONDS_MAX)
        plans = {
            name: await _plan(connection, number, statement)
            for number, (name, statement) in enumerate(statements())
            if not name.startswith(OF_A_REBUILD)
        }
    assert len(plans) > 50
    assert {name: plan for name, plan in plans.items() if READS_ALL.search(plan)} == {}


async def _plan(connection: Connection, number: int, statement: str) -> str:
    nulls = ", ".join(["null"] * len(set(re.findall(r"\$[0-9]+", statement))))
    await connection.execute(await connection.fetchval(PREPARE, number, statement))
    explain = (EXPLAIN, number, nulls) if nulls else (EXPLAIN_PLAIN, number)
    lines = await connection.fetch(await connection.fetchval(*explain))
    return "\n".join(line[0] for line in lines)
