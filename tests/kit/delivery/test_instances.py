"""Two instances of one agency: one leads, the other takes over when it is killed or frozen."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ieum_contracts.topics import login
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import check_histories, close, limited, new_keys, open_bare, quiet, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.processes import BareProcess, expel

pytestmark = pytest.mark.stack
TAKE_OVER_SECONDS_MAX, THAW_SECONDS_MAX = 3.0, 8.0


@pytest_asyncio.fixture
async def instances(
    stack: Stack, resting: Pair, tmp_path: Path
) -> AsyncIterator[tuple[BareProcess, BareProcess]]:
    """Give the process of alpha that leads, and another; beta runs here."""
    await resting.beta.start()
    leading = BareProcess(resting.centre, "alpha", tmp_path / "leading.log")
    await leading.logs("bare.ready")
    waiting = BareProcess(resting.centre, "alpha", tmp_path / "waiting.log")
    await waiting.logs("bare.ready")
    assert leading.lines("relay.leading")
    assert not waiting.lines("relay.leading")
    yield leading, waiting
    leading.kill()
    waiting.kill()
    await expel(stack, login(resting.alpha.address))
    await resting.beta.stop()


@pytest.mark.parametrize(
    ("number", "seconds_max"),
    [(signal.SIGKILL, TAKE_OVER_SECONDS_MAX), (signal.SIGSTOP, THAW_SECONDS_MAX)],
    ids=["killed", "frozen"],
)
async def test_another_instance_takes_over_and_nothing_is_lost(
    stack: Stack,
    resting: Pair,
    instances: tuple[BareProcess, BareProcess],
    number: signal.Signals,
    seconds_max: float,
) -> None:
    leading, waiting = instances
    alpha, beta = resting.alpha, resting.beta
    keys = new_keys(10)
    talking = asyncio.create_task(_say_often(resting, keys))
    await asyncio.sleep(0.3)
    leading.send(number)
    assert await waiting.logs("relay.leading", seconds=seconds_max) < seconds_max
    await talking

    async def heard() -> bool:
        return await beta.value("select count(*) from effect where key = any($1)", keys) == 10 * 20

    await until(heard)
    if number is signal.SIGKILL:
        await expel(stack, login(alpha.address))
    else:
        leading.send(signal.SIGCONT)
        await leading.logs("relay.database-away")
        await alpha.say(beta.address, keys)
    await quiet(alpha, beta, seconds=30)
    await check_histories(alpha, beta)


async def _say_often(pair: Pair, keys: list) -> None:  # type: ignore[type-arg]
    for _ in range(20):
        await pair.alpha.say(pair.beta.address, keys)
        await asyncio.sleep(0.05)


async def test_what_one_instance_commits_wakes_the_one_that_leads(resting: Pair) -> None:
    other = await open_bare(resting.centre, "alpha")
    with limited(resting.alpha, resting.beta, other, poll_seconds=60.0):
        for each in (resting.alpha, resting.beta, other):
            await each.start()
    await asyncio.sleep(0.2)
    for key in new_keys(3):
        await other.say(resting.beta.address, [key])

        async def heard(key: object = key) -> bool:
            return await resting.beta.value("select count(*) from effect where key = $1", key) == 1

        assert await until(heard) < 20.0
    await close(other)
    await resting.alpha.stop()
    await resting.beta.stop()
