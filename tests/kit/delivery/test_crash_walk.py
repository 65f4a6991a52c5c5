"""Killed with SIGKILL at every step of a cycle, an agency says and hears everything once and in order.

Alpha is killed at the n-th resumption of its relay's tasks (said, sent, deleted), beta at the n-th of its
consumer's (heard, folded, committed, answered), for every n of a cycle, while alpha goes on saying.
"""

import asyncio
import os
import signal
import subprocess
import sys
from operator import sub

import pytest

from ieum.delivery.sending.leadership import CHANNEL
from ieum_contracts.topics import login
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import Bare, check_histories, new_keys, quiet
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.processes import ROOT, expel

pytestmark = [pytest.mark.stack, pytest.mark.slow]
STEPS = {"relay": 18, "consumer": 26}
KEYS, PAUSE_SECONDS = 3, 0.04
LINE_SECONDS_MAX = 60.0


class Launcher:
    """The launcher of one agency's lives."""

    def __init__(self, pair: Pair, agency: str, role: str) -> None:
        self.logged: list[str] = []
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "tests.kit.delivery.crashing", role],
            cwd=ROOT,
            env={**os.environ, **pair.centre.access(agency).environment()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
        )

    def ask(self, last: int) -> None:
        """Let a life begin that ends at its n-th resumption."""
        assert self._popen.stdin is not None
        self._popen.stdin.write(f"{last}\n")

    async def line(self) -> str:
        """Read what the launcher says next; log lines are kept."""
        assert self._popen.stdout is not None
        async with asyncio.timeout(LINE_SECONDS_MAX):
            while (line := await asyncio.to_thread(self._popen.stdout.readline)).startswith("{"):
                self.logged.append(line)
        return line.strip()

    async def alive(self) -> int:
        """Wait until a life has begun; gives its process id."""
        word, _, pid = (await self.line()).partition(" ")
        assert word == "alive"
        return int(pid)

    def end(self) -> None:
        """End the launcher and its life."""
        os.killpg(self._popen.pid, signal.SIGKILL)
        with self._popen:
            pass


async def walk(stack: Stack, launcher: Launcher, agency: Bare, steps: int) -> int:
    """Let the agency die at every step, and then live; gives the process id of its last life."""
    for last in range(1, steps + 1):
        launcher.ask(last)
        await launcher.alive()
        assert await launcher.line() == "dead -9"
        await expel(stack, login(agency.address))
    launcher.ask(0)
    return await launcher.alive()


async def steps(launcher: Launcher, pid: int) -> int:
    """Ask a life for the resumptions that it has counted."""
    os.kill(pid, signal.SIGUSR1)
    return int((await launcher.line()).removeprefix("steps "))


async def talk(pair: Pair) -> None:
    """Say events until cancelled."""
    keys = new_keys(KEYS)
    while True:
        await pair.alpha.say(pair.beta.address, keys)
        await pair.alpha.change("select pg_notify($1, '')", CHANNEL)
        await asyncio.sleep(PAUSE_SECONDS)


async def test_an_agency_killed_at_every_step_loses_nothing_and_repeats_nothing(
    stack: Stack, resting: Pair
) -> None:
    alpha, beta = resting.alpha, resting.beta
    sender = Launcher(resting, "alpha", "relay")
    recipient = Launcher(resting, "beta", "consumer")
    launchers = {"relay": sender, "consumer": recipient}
    talking = asyncio.create_task(talk(resting))
    try:
        lives = await asyncio.gather(
            walk(stack, sender, alpha, STEPS["relay"]), walk(stack, recipient, beta, STEPS["consumer"])
        )
        talking.cancel()
        await quiet(alpha, beta)
        before = [await steps(each, pid) for each, pid in zip(launchers.values(), lives, strict=True)]
        await alpha.say(beta.address, new_keys(1))
        await quiet(alpha, beta)
        after = [await steps(each, pid) for each, pid in zip(launchers.values(), lives, strict=True)]
    finally:
        talking.cancel()
        sender.end()
        recipient.end()
    assert await check_histories(alpha, beta) > 0
    assert not sender.logged + recipient.logged
    cycle = dict(zip(launchers, map(sub, after, before), strict=True))
    assert all(STEPS[role] >= count for role, count in cycle.items()), f"a cycle has more steps: {cycle}"
