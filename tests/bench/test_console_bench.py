"""The bench of the console asks for every page that there is, and its section says what was measured."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench import console, results
from bench.console_pages import PAGES
from bench.scale import scale_sections
from ieum_console.pages.page_routes import ROUTES
from ieum_lab.embedded.stack import Stack

FILES = ".csv"


def test_every_page_is_measured() -> None:
    wanted = {each.path for each in ROUTES if each.method == "GET" and not each.path.endswith(FILES)}
    assert PAGES.keys() == wanted


@pytest.mark.stack
@pytest.mark.slow
async def test_it_measures_and_says_so(stack: Stack, tmp_path: Path) -> None:
    found: dict[str, Any] = {"made": "today", "commit": "abc", "command": "python -m bench console"}
    kept: list[dict[str, Any]] = []
    await asyncio.to_thread(console.measure, stack, 2_000, 1_400, found, kept.append)
    assert len(found["pages"]) > 20
    assert all(0 < each["p50"] <= each["p95"] <= each["max"] for each in found["pages"].values())
    assert found["projector_per_second"] > 0
    assert 0 < found["first_picture"]["p50"] <= found["first_picture"]["max"]
    results.write(results.CONSOLE, found, tmp_path)
    (section,) = scale_sections(tmp_path)
    assert "2,000 referrals" in section
    assert all(name in section for name in found["pages"])
    assert kept == [found]
