"""Who acts on a referral, a clock or a programme's room holds it; who waits longest is first."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from asyncpg import Connection

from ieum.casework.capacity import QueueOrder
from ieum.casework.values import Referral
from ieum.storage.clock_rows import lock_due
from ieum.storage.referral_rows import lock_referrals
from ieum.storage.room_rows import lock_room, read_queue
from tests.kit.casework.agencies import START, new_id
from tests.kit.casework.database_world import Office, write
from tests.kit.casework.test_casework_moves import resting

pytestmark = pytest.mark.stack

WAITS_SECONDS = 0.3
LATER = START + timedelta(days=400)
AGAIN = "update clock set fires_at = $1 where referral = $2"


async def written(office: Office, *referrals: Referral) -> None:
    async with office.database.acquire() as connection, connection.transaction():
        await write(connection, office, *referrals)


async def lock(office: Office, connection: Connection, referral: UUID) -> None:
    async with connection.transaction():
        await lock_referrals(connection, office.handler.peers, [referral])


async def test_a_referral_is_changed_by_one_at_a_time(api_context: Office) -> None:
    referral = resting().at_recipient
    await written(api_context, referral)
    async with api_context.database.acquire() as first, api_context.database.acquire() as second:
        async with first.transaction():
            await lock_referrals(first, api_context.handler.peers, [referral.id])
            waiting = asyncio.create_task(lock(api_context, second, referral.id))
            await asyncio.sleep(WAITS_SECONDS)
            assert not waiting.done()
        await waiting


async def test_a_clock_that_has_run_out_is_acted_on_by_one(api_context: Office) -> None:
    referral = resting().at_recipient
    await written(api_context, referral)
    async with api_context.database.acquire() as first, api_context.database.acquire() as second:
        assert await first.execute(AGAIN, START, referral.id) != "UPDATE 0"
        async with first.transaction():
            assert referral.id in await lock_due(first, START, 1_000)
            assert referral.id not in await lock_due(second, START, 1_000)
        assert referral.id in await lock_due(second, START, 1_000)
        await first.execute(AGAIN, LATER, referral.id)


async def test_the_places_of_a_programme_are_given_away_by_one(api_context: Office) -> None:
    async with api_context.database.acquire() as first, api_context.database.acquire() as second:
        await first.execute("insert into room (programme) values ('one-room') on conflict do nothing")
        async with first.transaction():
            assert await lock_room(first, "one-room")
            assert not await lock_room(second, "one-room")
        assert await lock_room(second, "one-room")


async def test_who_waits_longest_is_first(api_context: Office) -> None:
    programme = f"queue-{new_id().int}"
    days = (3, 1, 2)
    referrals = [
        replace(resting().at_recipient, programme=programme, requested_at=START + timedelta(days=day))
        for day in days
    ]
    await written(api_context, *referrals)
    async with api_context.database.acquire() as connection:
        peers = api_context.handler.peers
        queue = await read_queue(connection, peers, programme, QueueOrder.OLDEST_FIRST, 10)
    assert [each.id for each in queue] == [referrals[at].id for at in (1, 2, 0)]
