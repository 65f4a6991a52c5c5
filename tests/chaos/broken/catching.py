"""Runs a broken variant, and says by which verdict or test it was caught."""

import asyncio
import os
import re
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template
from ieum_lab.testing.verdicts import summary
from tests.chaos.agencies.hurried import SECONDS_MAX
from tests.chaos.broken.rules import RULES, SETTING
from tests.chaos.broken.variants import VARIANTS
from tests.chaos.chaos import Outcome, Patience, Tell, run_chaos
from tests.chaos.scene import PAIR, ROOT, make_scene
from tests.chaos.schedule import alone
from tests.chaos.workload import Workload

SERVICE = "tests.chaos.broken.service"
UNDER_WAY = 16
PATIENCE = Patience(settle_seconds=6.0, to_the_end=False, crash_allowed=True)
HURRIED = replace(PATIENCE, settle_seconds=SECONDS_MAX + 15.0)
"""Clocks that run are waited for."""
RULE_SECONDS_MAX = 100.0
_FAILED = re.compile(r"^FAILED \S+::(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Caught:
    """What became of a variant: `by` names verdicts with their counts, or a test; empty when it got away."""

    variant: str
    by: str
    expected: bool
    seconds: float
    outcome: Outcome | None = None


def silent(_: str) -> None:
    """Tell nobody."""


async def catch_by_verdict(
    stack: Stack, template: Template, name: str, seed: int = 1, tell: Tell = silent
) -> Caught:
    """Run a variant's services through its faults, and judge."""
    variant, began = VARIANTS[name], time.monotonic()
    entry, hurried = (SERVICE, name), variant.hurried
    scene = await make_scene(
        stack, template, entry, agencies=PAIR, instances=variant.instances, hurried=hurried
    )
    try:
        await scene.start()
        workload = Workload(scene, seed, UNDER_WAY, pause_seconds=0.0)
        schedule = alone(seed, variant.faults)
        patience = HURRIED if hurried else PATIENCE
        outcome = await run_chaos(scene, schedule, workload, tell, patience=patience)
    finally:
        await scene.end()
    found = {verdict.broken for verdict in outcome.verdicts}
    expected = bool(found & variant.verdicts) if variant.verdicts else not found
    by = summary(outcome.verdicts) if found else ""
    return Caught(name, by, expected, time.monotonic() - began, outcome)


async def catch_by_test(name: str) -> Caught:
    """Run the tests that have to fail for a broken rule."""
    began = time.monotonic()
    environment = {**os.environ, SETTING: name, "PYTEST_ADDOPTS": ""}
    options = ("-q", "-x", "-p", "tests.chaos.broken.rules", "-p", "no:cacheprovider")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", *options, *RULES[name].tests),
        cwd=Path(ROOT),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(RULE_SECONDS_MAX):
            told, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        told = b""
    failed = sorted(set(_FAILED.findall(told.decode(errors="replace"))))
    return Caught(name, ", ".join(failed), bool(failed), time.monotonic() - began)
