"""A short run of chaos on three brokers; `make chaos` runs the long ones.

A workload drives referrals through two instances of each of three agencies while a seeded schedule kills,
freezes, cuts, delays, doubles and loses; then everything heals, drains and is judged.
"""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ieum_lab.testing.centre import make_template
from ieum_lab.testing.cluster import ClusterStack
from ieum_lab.testing.runs import new_run_folder
from tests.chaos.chaos import run_chaos, told
from tests.chaos.scene import Scene, make_scene
from tests.chaos.schedule import mixed
from tests.chaos.workload import Workload

SEED = int(os.environ.get("IEUM_CHAOS_SEED", "1"))
SECONDS = 20.0
PAUSE_SECONDS = 7.0
LONG = (
    *("rolling restart of the brokers", "rolling restart of the agencies", "disk full"),
    *("database restored", "failover to an older copy", "mailboxes remade", "large events behind a gap"),
)
"""Faults that take longer than a short run has, or a disk of its own."""
RECOVERY_SECONDS_MAX = 90.0
"""A group whose members came and went while brokers were away waits ten seconds for each that is gone."""
ASKING_SECONDS_MAX = 150.0
"""What was lost on the way is missed after a minute, when heads are told, and asked for 30 to 35 s later."""

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.quiet]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene() -> AsyncIterator[Scene]:
    """Give a running centre on a cluster of its own."""
    cluster = ClusterStack(new_run_folder())
    try:
        await asyncio.to_thread(cluster.start)
        scene = await make_scene(cluster, await make_template(cluster), hurried=True)
        try:
            await scene.start()
            yield scene
        finally:
            await scene.end()
    finally:
        await asyncio.to_thread(cluster.discard)


@pytest.mark.timeout(300)
async def test_mixed_faults_lose_double_and_reorder_nothing(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule = mixed(SEED, SECONDS, PAUSE_SECONDS, without=LONG)
    workload = Workload(scene, SEED, under_way=24, pause_seconds=0.0)

    outcome = await run_chaos(scene, schedule, workload, print, seconds=SECONDS)

    assert outcome.verdicts == [], told(outcome)
    assert outcome.recovery_seconds <= (ASKING_SECONDS_MAX if scene.removed else RECOVERY_SECONDS_MAX)
    assert outcome.events > 200
    assert len(outcome.faults) >= 5, capsys.readouterr().out
    assert outcome.met.strange == []
