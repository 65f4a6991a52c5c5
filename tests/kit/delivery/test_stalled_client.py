"""A client of Kafka whose reading task has died says nothing of it: it is replaced, and all is read."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from ieum.delivery.receiving.idleness import SECONDS_MAX, Idleness
from tests.kit.delivery.agencies import check_histories, limited, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack
HEAL_SECONDS_MAX = 60.0


def unexpected(_assignment: object) -> object:
    raise AssertionError("what aiokafka does not expect of itself")


async def has_ended(task: "asyncio.Task[None]") -> bool:
    return task.done()


async def test_a_client_that_reads_no_more_is_replaced_and_nothing_is_lost(resting: Pair) -> None:
    alpha, beta, keys = resting.alpha, resting.beta, new_keys(20)
    with (
        limited(alpha, beta, look_seconds=0.5, still_seconds=1.0, stalled_seconds=3.0),
        capture_logs() as told,
    ):
        await alpha.start()
        await beta.start()
        await alpha.say(beta.address, keys)
        await quiet(alpha, beta, keys=keys)

        consumer: Any = beta.delivery._consumer._mailboxes.consumer  # type: ignore[union-attr]
        consumer._fetcher._get_actions_per_node = unexpected
        await alpha.say(beta.address, keys)
        await until(lambda: has_ended(consumer._fetcher._fetch_task))
        await quiet(alpha, beta, keys=keys, seconds=HEAL_SECONDS_MAX)
        await beta.stop()
        await alpha.stop()
    await check_histories(alpha, beta)
    [anew] = [each for each in told if each["event"] == "mailbox.begun-anew"]
    assert anew["cause"].startswith("AssertionError in test_stalled_client.py:")


def test_the_patience_with_a_client_begins_when_it_gives_nothing_and_grows_while_new_ones_give_nothing() -> (
    None
):
    idleness = Idleness()
    assert not idleness.is_over(60, 1_000)  # nobody waits for it
    idleness.waits(1_000)
    idleness.waits(1_030)
    assert not idleness.is_over(60, 1_059)
    assert idleness.is_over(60, 1_060)
    assert not idleness.is_over(60, 1_061)  # the new one has not been asked yet
    idleness.waits(1_065)
    assert not idleness.is_over(60, 1_184)
    assert idleness.is_over(60, 1_185)
    for _ in range(9):
        idleness.waits(0)
        assert idleness.is_over(60, SECONDS_MAX)
    idleness.waits(2_000)
    idleness.reads()
    assert not idleness.is_over(60, 9_999)
    idleness.waits(10_000)
    assert idleness.is_over(60, 10_060)
