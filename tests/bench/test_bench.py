"""The benchmarks run, count what they should, and their page says what was measured."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from bench import report, results
from bench.cases import CASES
from bench.chart import Bar, bars
from bench.machine import Meter
from bench.measuring import Plan
from bench.medians import by_case, figure
from bench.ours.order import requested
from bench.referral import BYTES, encoded, referral
from bench.side_by_side import Series, side_by_side
from bench.trips import Trips
from ieum_contracts.catalogue import encode
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template

SHORT = Plan(warm_seconds=0.5, saturated_seconds=1.0, rate_seconds=1.0, rates=(5,))


@pytest.mark.stack
@pytest.mark.slow
async def test_the_floor_and_ieum_answer_all_that_is_sent(stack: Stack, database_template: Template) -> None:
    found: dict[str, Any] = {}
    kept: list[int] = []
    series = Series(("floor", "ieum"), repetitions=1, attempts=1, plan=SHORT)
    await asyncio.to_thread(
        side_by_side, stack, database_template, series, found, lambda each: kept.append(len(each["runs"]))
    )
    assert kept == [1, 2]
    for run in found["runs"]:
        assert "failed" not in run, run["failed"]
        assert run["saturation"]["answered"] > 0
        assert run["saturation"]["unanswered"] == 0
        assert run["saturation"]["errors"] == {}
        assert run["saturation"]["cpu_us"]["originator"] > 0
    floor, ieum = (run["saturation"] for run in found["runs"])
    assert ieum["cpu_us"]["database"] > 0
    for name in ("wal_bytes", "buffers"):
        assert ieum["database"][name] > floor["database"][name] >= 0


def test_every_case_sends_570_bytes() -> None:
    assert len(encoded(referral("0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b01"))) == BYTES
    assert len(encode(requested())) == BYTES


def test_a_round_trip_counts_once_and_from_when_it_should_have_begun() -> None:
    trips = Trips()
    now = time.time()
    trips.begin("a", now - 2)
    trips.end("a", now)
    trips.end("a", now)
    tally = trips.mark()
    assert (tally.trips, tally.waiting) == (1, 0)
    assert tally.p50 == pytest.approx(2000, abs=1)
    assert trips.mark().trips == 0


def test_an_answer_may_be_seen_before_its_referral_has_got_its_id() -> None:
    trips = Trips()
    trips.begin("proposed", 10.0)
    trips.end("given", 11.5)
    trips.rename("proposed", "given", 10.0)
    assert trips.waiting == 0
    assert trips.mark().p50 == pytest.approx(1500)


def test_a_meter_tells_others_work_from_ours() -> None:
    meter = Meter({})
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        pass
    spent = meter.read()
    assert spent.cpu["bench"] > 0.02
    assert 0 <= spent.foreign <= 1


def run_of(case: str, per_second: float, foreign: float) -> dict[str, Any]:
    saturation = {"per_second": per_second, "foreign": foreign, "cpu_us": {"broker": 2.0}, "memory_mib": {}}
    at_100 = {"measured": True, "kept_up": case == "ieum", "foreign": foreign}
    times = {"p50": 9.0, "p95": 10.0, "p99": 11.0}
    return {
        "case": case,
        "foreign": foreign,
        "calibration": 1.0,
        "saturation": saturation,
        "rates": {"100": {**at_100, **times}},
    }


def test_disturbed_measurements_do_not_count() -> None:
    runs = [run_of("ieum", rate, foreign) for rate, foreign in ((100, 0.0), (300, 0.1), (9, 0.5), (200, 0.0))]
    measured = by_case({"runs": runs, "foreign_max": 0.12})["ieum"]
    assert measured.per_second() == figure([100, 200, 300])
    assert measured.per_second().text() == "200 (100 to 300)"
    assert not measured.disturbed


def test_a_case_without_an_undisturbed_measurement_says_so() -> None:
    runs = [run_of("ieum", 5, 0.9), run_of("ieum", 7, 0.4)]
    measured = by_case({"runs": runs, "foreign_max": 0.12})["ieum"]
    assert measured.disturbed
    assert measured.per_second().middle == 7


def test_a_rate_not_tried_in_a_disturbed_run_is_judged_by_the_others() -> None:
    disturbed = run_of("ieum", 5, 0.9)
    disturbed["rates"]["100"] = {"measured": False, "kept_up": False}
    measured = by_case({"runs": [disturbed, run_of("ieum", 400, 0.0)], "foreign_max": 0.12})["ieum"]
    assert not measured.cannot("100")
    assert measured.latency("100", "p50").middle == 9.0


def test_the_page_shows_ratios_latencies_and_what_cannot_keep_up(tmp_path: Path) -> None:
    runs = [run_of("naive", 50, 0.0), run_of("ieum", 400, 0.0)]
    found = {**results.header("python -m bench side-by-side"), "foreign_max": 0.12, "runs": runs}
    results.write(results.SIDE_BY_SIDE, found, tmp_path)
    page = report.pages(tmp_path)[report.PAGE]
    assert f"8.0 times *{CASES['naive'].title}*" in page
    assert "9.0 / 10.0 / 11.0" in page
    assert "cannot" in page


def test_a_chart_draws_every_bar() -> None:
    drawn = bars("Title & more", [Bar("a<b", 5, 4, 6, ours=True), Bar("c", 1, 1, 1, ours=False)])
    assert "Title &amp; more" in drawn
    assert "a&lt;b" in drawn
    assert drawn.count("<rect") == 3


def test_the_page_is_what_the_results_say() -> None:
    for path, text in report.pages().items():
        assert path.read_text(encoding="utf-8") == text, "Run `python -m bench report`."
    for path in results.FOLDER.glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
