"""Kafka goes away for a while, and nobody at a desk notices.

An outage of the broker is not an outage of the agencies: referrals are taken in, answered with 201 and
kept. When Kafka is back, all of them travel, in order, without anybody's help. IEUM_TEST_KAFKA_AWAY_SECONDS
sets how long it is away.
"""

import asyncio
import os
from collections.abc import Sequence

import pytest

from ieum_lab.simulator.handover import Handover
from ieum_lab.simulator.people import person
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from tests.journeys.living import Living

AWAY_SECONDS = float(os.environ.get("IEUM_TEST_KAFKA_AWAY_SECONDS", "8"))
RECOVERY_SECONDS = 60.0
PAUSE_SECONDS = 0.5
TOGETHER = 16

pytestmark = [
    pytest.mark.stack,
    pytest.mark.slow,
    pytest.mark.timeout(120 + 2 * AWAY_SECONDS),
]


async def test_referrals_are_taken_in_while_kafka_is_away_and_all_arrive_afterwards(
    living: Living, simulated: SimulatedCentre
) -> None:
    await asyncio.to_thread(living.stack.kafka.stop)
    try:
        sent = await refer_for(simulated, AWAY_SECONDS)
    finally:
        await asyncio.to_thread(living.stack.kafka.again)

    async with asyncio.timeout(RECOVERY_SECONDS):
        for some in together(sent):
            await asyncio.gather(*(handover.is_answered() for handover in some))
    for some in together(sent):
        await asyncio.gather(*map(decline, some))
    assert (await living.accounts()).sentences == []


def together(sent: Sequence[Handover]) -> list[Sequence[Handover]]:
    return [sent[first : first + TOGETHER] for first in range(0, len(sent), TOGETHER)]


async def decline(handover: Handover) -> None:
    await handover.decides("declined", reason="no-capacity")
    await handover.is_settled("declined")


async def refer_for(simulated: SimulatedCentre, seconds: float) -> list[Handover]:
    """Refer a client from every agency in turn; the API's model holds only for 201."""
    loop = asyncio.get_running_loop()
    sent: list[Handover] = []
    until = loop.time() + seconds
    agencies = sorted(simulated.clients)
    while loop.time() < until:
        sender = agencies[len(sent) % len(agencies)]
        to, programme = (
            ("city-job-center", "job-counselling")
            if sender != "city-job-center"
            else ("city-welfare-team", "welfare-counselling")
        )
        form = person(
            to, programme, f"{simulated.mark}-k{len(sent)}", centre=simulated.centre, why="시험용 의뢰입니다."
        )
        begun = loop.time()
        sent.append(await simulated.refer(sender, form))
        assert loop.time() - begun < 2
        await asyncio.sleep(PAUSE_SECONDS)
    return sent
