"""The bench of size fills a real agency's database, watches its service there, and says what it saw."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench import results, size
from bench.scale import scale_sections
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template

EVENTS = 2_000
LOG = """\
2026-11-29 10:00:00.000 UTC [7] LOG:  duration: 12.500 ms  execute __asyncpg_stmt_1__: select 1
\tfrom ledger
2026-11-29 10:00:00.000 UTC [7] DETAIL:  Parameters: $1 = '1'
2026-11-29 10:00:01.000 UTC [7] LOG:  duration: 90.250 ms  execute __asyncpg_stmt_2__: select 1
\tfrom ledger
2026-11-29 10:00:02.000 UTC [7] LOG:  duration: 30.000 ms  statement: select 2
"""


def test_the_longest_of_each_statement_is_read_from_the_servers_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f"duration: 999.000 ms  statement: before\n{LOG}", encoding="utf-8")
    begun = log.stat().st_size - len(LOG)
    assert size.slowest(log, begun) == {"select 1 from ledger": 90.25, "select 2": 30.0}


@pytest.mark.stack
@pytest.mark.slow
async def test_it_measures_and_says_so(stack: Stack, database_template: Template, tmp_path: Path) -> None:
    found: dict[str, Any] = {"made": "today", "commit": "abc", "command": "python -m bench size"}
    kept: list[dict[str, Any]] = []
    await asyncio.to_thread(size.measure, stack, database_template, EVENTS, found, kept.append)
    assert found["pages"].keys() == set(size.PAGE_PATHS)
    assert 0 < found["woken"]["p50"] <= found["woken"]["max"]
    results.write(results.SIZE, found, tmp_path)
    (section,) = scale_sections(tmp_path)
    assert "2,000 events wait behind gaps of 200 streams" in section
    assert kept == [found]
