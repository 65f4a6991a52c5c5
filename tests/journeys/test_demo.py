"""The demonstration, as a stranger types it.

Somebody has cloned the repository and runs `ieum demo` with nothing on standard input, in a folder where
nothing has run before. Kafka, PostgreSQL and six agencies come up, the stories and a stream of referrals
are played, and what is printed says that everything is accounted for. Then nothing runs any more.
"""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from ieum_contracts.codes import AskType
from ieum_contracts.lifecycle.table import ENDED, ROWS, Mover
from ieum_lab.commands.doctor_command import MEMORY_GB_NEEDED
from tests.journeys.living import IEUM, ROOT

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(900)]

REFERRALS = 60
MEMORY_MB_MAX = 130
MOVES_OF_WORKERS = {str(row.decision) for row in ROWS if Mover.WORKER in row.by} | set(map(str, AskType))


def environment(folder: Path) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("IEUM_")}
    return {**outside, "IEUM_STATE": str(folder)}


def started_from(folder: Path) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(str(folder) in argument for argument in process.info["cmdline"] or [])
    ]


def shown_by_the_console(url: str) -> str:
    """Sign in as an operator, the way a browser does, and read the list of referrals."""
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        choice = browser.get(url)
        assert "operator-1" in choice.text
        asked = dict(choice.url.params)
        overview = browser.post(choice.url.copy_with(query=None), data={**asked, "person": "operator-1"})
        assert (overview.status_code, str(overview.url)) == (200, f"{url}/")
        return browser.get(f"{url}/referrals").text


def test_a_stranger_sees_the_centre_at_work_and_everything_accounted_for(tmp_path: Path) -> None:
    run = subprocess.run(
        [str(IEUM), "demo", "--once", "--json", "--referrals", str(REFERRALS)],
        cwd=ROOT,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=800,
    )

    assert run.returncode == 0, run.stderr
    summary: dict[str, Any] = json.loads(run.stdout)
    assert summary["sound"] is True
    assert (summary["script"]["speed"], summary["clocks"]) == (1.0, [])
    assert summary["accounting"]["differences"] == []
    assert summary["accounting"]["said"] == summary["accounting"]["heard"] > 10 * REFERRALS
    assert [story["number"] for story in summary["stories"]] == [*range(1, 11), 12, 13]
    assert sum(summary["referrals"]["by_state"].values()) == REFERRALS
    assert set(summary["referrals"]["by_state"]) <= set(map(str, ENDED))
    assert set(summary["moves"]) == MOVES_OF_WORKERS
    assert set(summary["could_not_be_had"]) == set(summary["ready_seconds"]) - {"everything"}
    assert sum(each["not_given_at_least"] for each in summary["could_not_be_had"].values()) > 0
    assert 0 < summary["latency_ms"]["p50"] <= summary["latency_ms"]["p99"]
    agencies = set(summary["ready_seconds"]) - {"everything"}
    assert len(agencies) == 6
    assert max(summary["memory_mb"][agency] for agency in agencies) <= MEMORY_MB_MAX
    assert summary["memory_mb"]["together"] <= MEMORY_GB_NEEDED * 1024
    assert started_from(tmp_path) == []


def test_the_demonstration_stays_up_until_it_is_told_to_end_and_leaves_nothing(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w+") as stderr:
        demo = subprocess.Popen(
            [str(IEUM), "demo", "--referrals", "0"],
            cwd=ROOT,
            env=environment(tmp_path / "state"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        for _ in range(6000):
            told = (tmp_path / "stderr").read_text()
            if "stays up until Ctrl-C" in told or demo.poll() is not None:
                break
            time.sleep(0.1)
        assert demo.poll() is None, told
        assert started_from(tmp_path)
        [console] = re.findall(r"signed in as operator-1: (http://127\.0\.0\.1:\d+)\n", told)
        assert f"console {console}" in re.sub(" +", " ", told)
        for _ in range(300):
            if (
                len(
                    shown := set(
                        re.findall(r'href="/referrals/([0-9a-f-]{36})', shown_by_the_console(console))
                    )
                )
                > 10
            ):
                break
            time.sleep(0.2)
        assert len(shown) > 10, "the stories' referrals"
        demo.send_signal(signal.SIGINT)
        printed, _ = demo.communicate(timeout=60)

    assert "Everything is accounted for" in printed
    assert demo.returncode == 0
    assert started_from(tmp_path) == []
