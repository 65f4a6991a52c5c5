"""Two instances of each of two agencies: restarted in turn under load, and stopped while Kafka is frozen."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from confluent_kafka.admin import AdminClient

from ieum_contracts.topics import STREAM_FAMILIES, login, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre
from tests.chaos.chaos import run_chaos
from tests.chaos.scene import PAIR, Scene, make_scene
from tests.chaos.schedule import Step
from tests.chaos.workload import Workload
from tests.kit.delivery.agencies import until

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.quiet]
DRAIN_SECONDS_MAX = 20.0
UNDER_WAY, THINK_SECONDS, RUN_SECONDS = 30, 0.1, 10.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(stack: Stack, database_template: Template) -> AsyncIterator[Scene]:
    """Give two agencies of two instances each, that are ready."""
    made = await make_scene(stack, database_template, agencies=PAIR)
    await made.start()
    yield made
    await made.end()
    await end_centre(made.centre)


def shares(stack: Stack, group: str) -> list[set[tuple[str, int]]]:
    """Say which partitions each member of a group reads."""
    admin = AdminClient(admin_settings(stack.kafka.record))
    described = admin.describe_consumer_groups([group])[group].result(timeout=10)
    return [
        {(p.topic, p.partition) for p in member.assignment.topic_partitions} for member in described.members
    ]


async def test_a_rolling_restart_shows_no_error_to_a_caller_that_tries_the_other_instance(
    stack: Stack, scene: Scene
) -> None:
    told: list[str] = []
    step = Step(2.0, "rolling restart of the agencies", "rolling")
    workload = Workload(scene, 1, UNDER_WAY, THINK_SECONDS)
    outcome = await run_chaos(scene, [[step]], workload, told.append, seconds=RUN_SECONDS)
    assert not outcome.verdicts, str(outcome)
    assert any("4 of 4 ended by themselves" in line for line in told), told
    assert outcome.met.failed_everywhere == 0, str(outcome)
    assert outcome.met.strange == []
    assert outcome.events > 0

    for agency in PAIR:
        me = scene.centre.address(agency)

        async def shared(group: str = login(me)) -> bool:
            return len(await asyncio.to_thread(shares, stack, group)) == 2

        await until(shared, 30.0, pause=0.5)
        for share in await asyncio.to_thread(shares, stack, login(me)):
            numbers = {
                family: {n for topic, n in share if topic == topic_of(me, family)}
                for family in STREAM_FAMILIES
            }
            assert len({frozenset(each) for each in numbers.values()}) == 1, "one key's families were split"


async def test_an_instance_ends_in_time_even_while_kafka_does_not_answer(stack: Stack, scene: Scene) -> None:
    service = scene.services[PAIR[0]][0]
    stack.kafka.child.send(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert await asyncio.to_thread(service.stop, DRAIN_SECONDS_MAX), "it had to be killed"
        assert time.monotonic() - began < DRAIN_SECONDS_MAX
    finally:
        stack.kafka.child.send(signal.SIGCONT)
    await asyncio.to_thread(service.start)
    await asyncio.to_thread(service.wait_until_ready, 60.0)
