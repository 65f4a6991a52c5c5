"""A month passes while somebody watches, as a stranger types it.

The demonstration is run with the agencies' time at ten thousand times the machine's. Seven referrals are left
unattended for days that pass in seconds: a reminder is said, questions and promises run out, an outcome that
nobody looks at is closed, a client withdraws and the receipt comes, and a waiting list moves. Everything is
accounted for as ever, because delivery does not hurry. Then it is run again and ended before its days have
passed: time goes on where it was, and never back, and nothing is left of it.
"""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.living import IEUM, ROOT
from tests.journeys.test_demo import environment, started_from

DEMO_SECONDS_MAX, ENDING_SECONDS_MAX = 900, 60
"""A run takes 130 seconds for its days, and as long as the machine is busy for its start and its stories."""
pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(2 * DEMO_SECONDS_MAX + 100)]
SPEED, DAYS = 10_000, 15
BROUGHT_ABOUT = {
    "decision overdue",
    "info-request expired",
    "waitlist-review expired",
    "acknowledgement closed",
    "erasure receipt",
}
SEEN = (
    "nobody decides",
    "A place became free, and the waiting list moved by itself.",
    "decision by veterans",
)


def _demo(folder: Path, *options: str) -> tuple[dict[str, Any], str]:
    """Run it to its end; one that takes too long is told to stop, so that nothing of it runs on."""
    command = [str(IEUM), "demo", "--once", "--json", "--referrals", "0", *options]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        try:
            printed, told = demo.communicate(timeout=DEMO_SECONDS_MAX)
        except BaseException:
            demo.send_signal(signal.SIGINT)
            printed, told = demo.communicate(timeout=ENDING_SECONDS_MAX)
            sys.stderr.write(told)
            raise
    assert demo.returncode == 0, told
    summary: dict[str, Any] = json.loads(printed)
    assert summary["sound"] is True
    assert started_from(folder) == []
    return summary, told


def test_the_clocks_speak_while_one_watches_and_time_never_goes_back(tmp_path: Path) -> None:
    state, begun = tmp_path / "state", datetime.now(UTC)
    summary, told = _demo(state, "--speed", str(SPEED), "--days", str(DAYS))

    assert (summary["script"]["speed"], summary["script"]["days"]) == (SPEED, DAYS)
    whats = Counter(each["what"] for each in summary["clocks"])
    assert set(whats) >= BROUGHT_ABOUT
    times = [datetime.fromisoformat(each["at"]) for each in summary["clocks"]]
    assert begun < min(times) < max(times)
    assert max(times) - begun > timedelta(days=DAYS - 1)
    assert len({(each["what"], each["key"], each["agency"]) for each in summary["clocks"]}) == whats.total()
    for sentence in SEEN:
        assert sentence in told

    ended = _shown(state)
    assert ended > max(times)
    _end_when_enough_is_seen(state, tmp_path / "stderr")
    assert _shown(state) > ended + timedelta(hours=1), "time went on where it was"


def _shown(state: Path) -> datetime:
    """Read what the agencies' clock showed when they were started last, or ended."""
    return datetime.fromisoformat(json.loads((state / "clock.json").read_bytes())["IEUM_CLOCK_SHOWS"])


def _end_when_enough_is_seen(state: Path, told: Path) -> None:
    """Run it again and end it, as somebody does who has seen enough: it leaves nothing, and no speed."""
    with told.open("w") as stderr:
        demo = subprocess.Popen(
            [str(IEUM), "demo", "--referrals", "0", "--speed", "2000"],
            cwd=ROOT,
            env=environment(state),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        for _ in range(3_000):
            if "nobody decides" in told.read_text(encoding="utf-8") or demo.poll() is not None:
                break
            time.sleep(0.1)
        assert demo.poll() is None, told.read_text(encoding="utf-8")
        assert started_from(state)
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=ENDING_SECONDS_MAX)

    assert "31 days pass." in told.read_text(encoding="utf-8")
    assert "Traceback" not in told.read_text(encoding="utf-8")
    assert demo.returncode != 0, "nothing was summed up"
    assert started_from(state) == []
    assert json.loads((state / "clock.json").read_bytes())["IEUM_CLOCK_SPEED"] == "1.0"
