"""The bench of isolation breaks a real place beside a real flow, and says what the others felt."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench import isolation, results
from bench.breaking import BREAKS
from bench.scale import scale_sections
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template

FAILS = BREAKS[-1]


@pytest.mark.stack
@pytest.mark.slow
async def test_it_measures_and_says_so(stack: Stack, database_template: Template, tmp_path: Path) -> None:
    found: dict[str, Any] = {"made": "today", "commit": "abc", "command": "python -m bench isolation"}

    def measure() -> None:
        isolation.measure(stack, database_template, found, lambda _: None, quick=True, ways=[FAILS])

    await asyncio.to_thread(measure)
    [run] = found["runs"]
    assert run["way"] == FAILS.name
    assert (run["unanswered"], run["errors"]) == (0, {})
    assert 0 < run["undisturbed"]["p50"] <= run["undisturbed"]["p99"]
    assert run["broken"]["trips"] > 0
    results.write(results.ISOLATION, found, tmp_path)
    (section,) = scale_sections(tmp_path)
    assert f"| {FAILS.name} |" in section
