"""A workload that crashes ends its round and fails it: without calls, no verdict would mean anything."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from tests.chaos.chaos import run_chaos, while_it_works
from tests.chaos.scene import AGENCIES, Scene
from tests.chaos.workload import Workload

SECONDS = 30.0


class Crashing(Workload):
    """A workload whose first call is answered as nobody expected."""

    def __init__(self) -> None:
        super().__init__(cast(Scene, Nowhere()), seed=1, under_way=1, pause_seconds=0.0, workers=1)

    async def _refer(self) -> None:
        raise AssertionError("500")

    _inquire = _refer


class Nowhere:
    """A scene without services."""

    services: Mapping[str, Sequence[object]] = dict.fromkeys(AGENCIES, ())
    agencies = AGENCIES
    facts: Sequence[object] = ()
    automatic: frozenset[str] = frozenset()

    @property
    def centre(self) -> "Nowhere":
        return self

    def address(self, agency: str) -> str:
        return f"/nowhere/{agency}"

    def token(self, _agency: str) -> None:
        """Nobody is called."""


async def test_a_crash_while_faults_are_done_ends_the_round_at_once() -> None:
    workload, began = Crashing(), time.monotonic()
    with pytest.RaisesGroup(AssertionError, flatten_subgroups=True):
        await run_chaos(cast(Scene, Nowhere()), [], workload, print, seconds=SECONDS)
    assert time.monotonic() - began < SECONDS / 2


async def test_a_crash_in_a_later_part_of_the_round_ends_it_at_once() -> None:
    async def crash() -> None:
        await asyncio.sleep(0.05)
        raise AssertionError("500")

    began = time.monotonic()
    with pytest.raises(AssertionError, match="500"):
        await while_it_works(asyncio.create_task(crash()), asyncio.sleep(SECONDS))
    assert time.monotonic() - began < SECONDS / 2


async def test_a_part_that_ends_while_the_workload_works_gives_its_result() -> None:
    working = asyncio.create_task(asyncio.sleep(SECONDS))
    assert await while_it_works(working, asyncio.sleep(0, "done")) == "done"
    assert not working.done()
    working.cancel()
