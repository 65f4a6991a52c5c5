"""A client of Kafka whose reading task has died says nothing of it: it is replaced, and all is read."""

import asyncio
import gc
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from structlog.testing import capture_logs

from ieum.delivery.receiving.idleness import SECONDS_MAX, Idleness
from ieum_contracts.programme import ProgrammePublished
from tests.kit.delivery.agencies import Bare, check_histories, limited, new_keys, quiet, until
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


PUBLISHED = "select count(*) from catalogue where convert_from(body, 'utf8') like '%Test course%'"


def reader_of(agency: Bare) -> Any:
    """Find the consumer with which an agency reads the catalogues."""
    name = agency.settings.kafka_username
    [found] = [
        each
        for each in gc.get_objects()
        if isinstance(each, AIOKafkaConsumer)
        and vars(each)["_client"]._sasl_plain_username == name
        and vars(each)["_subscription"].subscribed_pattern is not None
    ]
    return found


async def test_a_catalogue_reader_that_reads_no_more_is_replaced(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    programme = ProgrammePublished(
        programme="test-course", version=1, name_ko="시험 과정", name_en="Test course"
    )

    async def known() -> bool:
        return bool(await beta.value(PUBLISHED))

    with capture_logs() as told:
        await beta.start()
        fetcher = reader_of(beta)._fetcher
        fetcher._get_actions_per_node = unexpected
        await alpha.start([programme])
        await until(lambda: has_ended(fetcher._fetch_task))
        await until(known, HEAL_SECONDS_MAX)
        await beta.stop()
        await alpha.stop()
    [anew] = [each for each in told if each["event"] == "catalogue.begun-anew"]
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
