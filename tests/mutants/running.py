"""Runs the tests that have to notice a mutant, and says which of them did."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from tests.mutants.copying import Copy
from tests.mutants.mutant import Mutant

MUTANT_SECONDS_MAX = 240.0
TEST_SECONDS_MAX = 90
STOP_SECONDS_MAX = 20.0
LINES_SHOWN = 30
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-o", f"timeout={TEST_SECONDS_MAX}")
PASSED, FAILED = 0, 1
"""What pytest ends with; anything else says that tests did not run, and nothing of the mutant."""
_NOTICED = re.compile(r"^(?:FAILED|ERROR) \S+::(\w+)", re.MULTILINE)


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EXPLAINED = "explained"
    """It survived, as its table says it must."""
    UNTRIED = "untried"
    """Its tests did not run."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a mutant, by which test, and how long that took."""

    name: str
    fate: Fate
    by: str
    seconds: float


class UntestedError(Exception):
    """The tests fail, or do not run, without any mutant: what they say of mutants would mean nothing."""


def check_tests(copy: Copy, mutants: Iterable[Mutant]) -> float:
    """Run the tests of these mutants on the copy as it is; returns the seconds, and raises UntestedError."""
    began = time.monotonic()
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    whole = [test for test in tests if "::" not in test or test.partition("::")[0] not in tests]
    code, told = _pytest(copy, whole, MUTANT_SECONDS_MAX * len(whole))
    if code != PASSED:
        raise UntestedError("\n".join(told.splitlines()[-LINES_SHOWN:]))
    return time.monotonic() - began


def try_all(copy: Copy, mutants: Iterable[Mutant]) -> Iterator[Result]:
    """Try mutants one after the other."""
    for mutant in mutants:
        began = time.monotonic()
        with copy.broken(mutant):
            code, told = _pytest(copy, mutant.tests, MUTANT_SECONDS_MAX)
        yield _result(mutant, code, told, time.monotonic() - began)


def _result(mutant: Mutant, code: int | None, told: str, seconds: float) -> Result:
    if code is None:
        return Result(mutant.name, Fate.KILLED, "no end in sight", seconds)
    if code == FAILED:
        return Result(mutant.name, Fate.KILLED, ", ".join(_NOTICED.findall(told)[:1]), seconds)
    if code == PASSED:
        fate = Fate.EXPLAINED if mutant.survives else Fate.SURVIVED
        return Result(mutant.name, fate, mutant.survives, seconds)
    return Result(mutant.name, Fate.UNTRIED, f"pytest ended with {code}", seconds)


def _pytest(copy: Copy, tests: Iterable[str], seconds_max: float) -> tuple[int | None, str]:
    """Run tests in the copy; returns pytest's code, None where it came to no end, and what it told."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *OPTIONS, *tests],
        cwd=copy.folder,
        env=dict(copy.environment()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # its servers end with it, and an interrupt reaches it once
    )
    try:
        told, _ = process.communicate(timeout=seconds_max)
    except subprocess.TimeoutExpired:
        return None, _stopped(process)
    except BaseException:
        _stopped(process)
        raise
    return process.returncode, told


def _stopped(process: "subprocess.Popen[str]") -> str:
    """Interrupt pytest, so that it ends its servers; where that takes too long, kill it."""
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=STOP_SECONDS_MAX)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=STOP_SECONDS_MAX)
        return ""
