"""What shares a process when tests run side by side, and what goes first.

A process is given a file at a time, so that what a module sets up is set up once; the journeys share a centre
of six agencies and go together. Files without a stack go before the others, so that most faults show within
two minutes; only the journeys begin with them, for they take longest. Where files are alike the longest goes
first: at the end it would run alone.
"""

from collections.abc import Iterable, Mapping

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

JOURNEYS = "tests/journeys"
ALONE = "tests/journeys/test_demo.py"
"""The one journey with a stack and six agencies of its own."""
LONGEST = (
    ALONE,
    "tests/chaos/test_chaos.py",
    "tests/chaos/test_broken.py",
    "tests/stack/test_life.py",
    "tests/restored/test_rolling.py",
    "tests/kit/delivery/test_outages.py",
    "tests/kit/delivery/test_crash_walk.py",
    "tests/kit/cli/test_ieum.py",
    "tests/bench/test_bench.py",
    "tests/kit/delivery/test_clocks.py",
    "tests/kit/delivery/test_retention.py",
    "tests/stack/test_foreign.py",
    "tests/test_tidy.py",
    "tests/contracts/test_lifecycle_walk.py",
    "tests/test_wheels.py",
    "tests/contracts/test_two_sides.py",
    "tests/kit/casework/test_casework_walk.py",
)
"""Files by what they take, the longest first; the others follow as they are found."""
LAST = len(LONGEST)


def share_of(test: str) -> str:
    """Return what a test is run with, in one process: its file, or all journeys of the shared centre."""
    file = test.split("::", 1)[0]
    return JOURNEYS if file.startswith(f"{JOURNEYS}/") and file != ALONE else file


def in_order(tests: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return tests share by share, in the order in which the shares begin."""
    shares: dict[str, list[pytest.Item]] = {}
    for test in tests:
        shares.setdefault(share_of(test.nodeid), []).append(test)
    return [test for share in sorted(shares, key=lambda name: _rank(name, shares)) for test in shares[share]]


def _rank(share: str, shares: Mapping[str, list[pytest.Item]]) -> tuple[bool, bool, int]:
    stack = any(test.get_closest_marker("stack") for test in shares[share])
    return share != JOURNEYS, stack, LONGEST.index(share) if share in LONGEST else LAST


class ByShare(LoadScopeScheduling):
    """Gives a process one share after the other, each no sooner than it is needed."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)

    def _reschedule(self, node: WorkerController) -> None:
        """Keep one test ahead of a process; xdist keeps two, and short files wait behind a long one."""
        if not self.workqueue or self._pending_of(self.assigned_work[node]) <= 1:
            super()._reschedule(node)


class Failures:
    """Names each failure when it happens; the reports follow at the end, as ever."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Name the test, and what was wrong in a line."""
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            why = str(crash.message).split("\n", 1)[0] if crash else ""
            self._terminal.ensure_newline()
            self._terminal.write_line(f"FAILED {report.nodeid} ({report.when}) {why}", red=True)
