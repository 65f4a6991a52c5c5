"""The bench of the console's projector follows a real process beside a real Kafka, and says what it saw."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench import projection, results
from bench.scale import scale_sections
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template

EVENTS = 2_000


@pytest.mark.stack
@pytest.mark.slow
async def test_it_measures_and_says_so(stack: Stack, database_template: Template, tmp_path: Path) -> None:
    found: dict[str, Any] = {"made": "today", "commit": "abc", "command": "python -m bench projection"}
    kept: list[dict[str, Any]] = []
    measure = projection.measure
    await asyncio.to_thread(measure, stack, database_template, EVENTS, found, kept.append)
    assert 0 < found["steady"]["rate"] <= projection.STEADY_RATE * 1.2
    assert 0 <= found["steady"]["seconds_behind_p95"] <= found["steady"]["seconds_behind_max"]
    assert found["rebuild"]["records"] == EVENTS
    assert found["rebuild"]["lines"] >= 2
    results.write(results.PROJECTION, found, tmp_path)
    (section,) = scale_sections(tmp_path)
    assert "read 2,000 records again" in section
    assert kept == [found]
