"""Another cluster stands in the place of brokers that lost all they had: nothing that was said is lost."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from ieum.centre.apply import apply
from ieum.delivery.blocked.source_breaker import COMPARING
from ieum.delivery.sending.outbox import StreamBlocked
from ieum_lab.embedded.cache import cache_folder, kafka_jars
from ieum_lab.embedded.record import new_record
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, end_centre, make_template, new_centre
from ieum_lab.testing.runs import new_run_folder
from tests.kit.delivery.agencies import (
    Bare,
    check_histories,
    close,
    limited,
    new_keys,
    open_bare,
    quiet,
    until,
)

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.quiet, pytest.mark.timeout(300)]
HEAL_SECONDS_MAX = 120.0


@dataclass(frozen=True)
class Alone:
    """Two agencies that run, on servers of their own."""

    stack: Stack
    centre: CentreUnderTest
    alpha: Bare
    beta: Bare


@pytest_asyncio.fixture(loop_scope="session")
async def alone() -> AsyncIterator[Alone]:
    stack = Stack(new_run_folder(), durable=False)
    try:
        await asyncio.to_thread(stack.start)
        centre = await new_centre(stack, await make_template(stack), ("alpha", "beta"))
        alpha, beta = [await open_bare(centre, agency) for agency in ("alpha", "beta")]
        yield Alone(stack, centre, alpha, beta)
        await close(alpha, beta)
        await end_centre(centre)
    finally:
        await asyncio.to_thread(stack.discard)


def replace_cluster(stack: Stack) -> None:
    """Let the broker begin anew: another cluster id, no topics, no logins, no offsets."""
    stack.kafka.stop()
    shutil.rmtree(stack.state.folder / "kafka" / "data")
    stack.state.write(stack.state.record().model_copy(update={"cluster_id": new_record().cluster_id}))
    stack.kafka.start(kafka_jars(cache_folder()))


async def says(me: Bare, other: Bare, keys: Sequence[UUID]) -> bool:
    """Say something, unless the two are being compared: Kafka has forgotten how far they had read."""
    try:
        await me.say(other.address, keys)
    except StreamBlocked as blocked:
        assert blocked.reason == COMPARING
        return False
    return True


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped meanwhile"])
async def test_another_cluster_in_the_place_of_the_old_one_loses_nothing(
    alone: Alone, *, stopped: bool
) -> None:
    alpha, beta, keys = alone.alpha, alone.beta, new_keys(8)
    with limited(alpha, beta, tick_seconds=0.2, gap_ticks=1, gap_age=timedelta(seconds=1), heads_ticks=10):
        await alpha.start()
        await beta.start()
        for _ in range(3):
            await alpha.say(beta.address, keys)
            await beta.say(alpha.address, keys)
        await quiet(alpha, beta, keys=keys)
        await beta.stop()
        if stopped:
            await alpha.stop()
        await alpha.say(beta.address, keys)  # what beta has not read when the old cluster is gone

        await asyncio.to_thread(replace_cluster, alone.stack)
        await apply(alone.centre.centre, alone.centre.settings)
        if stopped:
            await alpha.start()
        await beta.start()
        for me, other in ((alpha, beta), (beta, alpha)):
            await until(lambda me=me, other=other: says(me, other, keys), HEAL_SECONDS_MAX)  # type: ignore[misc]
        await quiet(alpha, beta, keys=keys, seconds=HEAL_SECONDS_MAX)
    await check_histories(alpha, beta)
    for agency in (alpha, beta):
        agency.check()
        assert not await agency.rows("select from parked")
    await close(alpha, beta)
