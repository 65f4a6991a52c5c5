"""Every branch of every rule, and of the words that rules are written in, is taken by the tests of rules."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.branches import REPORT, ROOT

TESTS = (
    "tests/services/test_tables.py",
    "tests/services/test_rule_properties.py",
    "tests/services/test_agencies.py",
    "tests/services/test_next_actions.py",
    "tests/services/test_replay.py",
    "tests/kit/test_eligibility.py",
    "tests/kit/test_conditions.py",
    "tests/kit/test_eligibility_figures.py",
)
ALL_BUT_DRAWN = "not never_turns and not function_of and not carry_what and not never_yields"
"""What hypothesis draws takes long while it is watched, and another branch each time."""
JUMPS_MIN = 100
"""Fewer were watched: then the watching is broken, not the rules."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tables_take_every_branch_of_the_rules(tmp_path: Path) -> None:
    report = tmp_path / "branches.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.services.branches",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [*command, "-k", ALL_BUT_DRAWN, *TESTS],
        cwd=ROOT,
        env={**os.environ, REPORT: str(report)},
        capture_output=True,
        text=True,
        check=False,
        timeout=580,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["jumps"] > JUMPS_MIN
    assert found["missing"] == [], "\n".join(found["missing"])
