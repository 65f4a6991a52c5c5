"""A stream of seeded random referrals at a steady rate, and the wait until all have ended."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from ieum.api.agency.programmes import OfferedProgramme
from ieum_lab.embedded.errors import StackError
from ieum_lab.simulator.chance import seeded
from ieum_lab.simulator.clients import random_order
from ieum_lab.simulator.habits import leaning_of
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from ieum_lab.simulator.workers import Workers

NAMED_MAX = 5
PAUSE_SECONDS = 0.1


async def send_stream(
    centre: SimulatedCentre,
    workers: Workers,
    offered: Sequence[OfferedProgramme],
    *,
    referrals: int,
    rate: float,
    seed: int,
) -> list[UUID]:
    """Send referrals at a steady rate, even when agencies are slow; returns their ids in order."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with asyncio.TaskGroup() as tasks:
        sending = []
        for ordinal in range(referrals):
            await asyncio.sleep(begun + ordinal / rate - loop.time())
            sending.append(tasks.create_task(_send(centre, workers, offered, ordinal, seed)))
    return [sent.result() for sent in sending]


async def until_all_have_ended(workers: Workers, seconds: float) -> None:
    """Wait until no referral is open and no ask unanswered on either side.

    Raises StackError with some of the open ones when it takes longer than `seconds`.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while left := workers.unfinished():
        if loop.time() > until:
            named = "; ".join(
                f"{side.referral} at {side.agency} ({side.role}, {side.state}, {len(side.open_asks)} open)"
                for side in left[:NAMED_MAX]
            )
            raise StackError(
                f"After {seconds:.0f} s {len(left)} sides of referrals have not come to an end: {named}. "
                "See the agencies' logs, and `GET /v1/streams` there for what is parked."
            )
        await asyncio.sleep(PAUSE_SECONDS)


async def _send(
    centre: SimulatedCentre, workers: Workers, offered: Sequence[OfferedProgramme], ordinal: int, seed: int
) -> UUID:
    chance = seeded(seed, ordinal)
    sender, form = random_order(chance, sorted(centre.clients), offered, f"{centre.mark}-r{ordinal}")
    handed = await centre.refer(sender, form)
    workers.expect(handed.id, ordinal, leaning_of(ordinal))
    return handed.id
