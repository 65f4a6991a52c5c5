"""A waiting list does not move in a database that may be restored and has not been compared with Kafka."""

import asyncio
from dataclasses import replace

import pytest

from ieum.application.room_keeper import RoomKeeper
from ieum.application.room_source import RoomSource
from ieum.delivery.restore_check import RestoreCheck
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.api.room_world import AGENCY, Leading, open_world

pytestmark = pytest.mark.stack
A_WHILE_SECONDS = 0.3
LOCKED = "select count(*) from pg_locks where relation = 'room'::regclass and pid <> pg_backend_pid()"


async def test_a_waiting_list_moves_when_the_comparison_is_made(make_centre: MakeCentre) -> None:
    async with open_world(await make_centre("employment-center", AGENCY.id)) as world:
        check, api = RestoreCheck(), world.recipient
        check.doubt()
        context = replace(api.api_context.delivery, restore_check=check)
        source = RoomSource(api.api_context.room_policies, context.clock)
        keeper = RoomKeeper(context, api.api_context.handler, Leading(api.outbox), source)
        referral = await world.refer()
        assert await replace(world, keeper=Still()).turn() == 0  # it arrives, and nobody moves it

        turn = asyncio.create_task(keeper.turn())
        await asyncio.sleep(A_WHILE_SECONDS)
        assert not turn.done()
        async with api.database.acquire() as connection:
            assert await connection.fetchval(LOCKED) == 0
        assert await world.state(referral) == "received"
        check.settle(comparing=False)
        assert await turn == 1
        await world.turn()
        assert await world.state(referral) == "accepted"


class Still(RoomKeeper):
    """A keeper that moves nothing."""

    def __init__(self) -> None:
        """Need nothing."""

    async def turn(self) -> int:
        """Move nothing."""
        return 0
