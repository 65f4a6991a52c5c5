"""Three places, many clients, and processes that move the waiting list and are killed all the time.

Two processes of the agency walk the queue as fast as they can, each as if it led. Again and again one of
them is killed (SIGKILL), wherever it is, and another one takes its place, while a worker completes what was
accepted. Everybody is served in the end, each is accepted once, and at no time more than three have a place.
"""

import asyncio
import multiprocessing
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from multiprocessing.process import BaseProcess
from random import Random

import pytest

from ieum.application.event_handler import EventHandler
from ieum.application.room_keeper import RoomKeeper
from ieum.application.room_source import RoomSource
from ieum.casework.values import AgencyView
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.sending.outbox import Outbox
from ieum.delivery.streams.peers import Peers
from ieum.storage.database import open_database
from ieum_contracts.address import Address
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.api.agency_api import carry
from tests.kit.api.room_world import AGENCY, Leading, RoomWorld, open_world
from tests.kit.delivery.agencies import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
CLIENTS, PLACES, KILLS = 30, 3, 25
SERVED_SECONDS_MAX = 200.0
DONE = {"decision": "completed", "outcome": "service-provided"}
STEPS = """
select l.key, l.type from feed f
join ledger l on (l.key, l.peer, l.family, l.said, l.sequence) = (f.key, f.peer, f.family, f.said, f.sequence)
where l.said and l.type in ('referral.accepted.v1', 'referral.completed.v1') order by f.id
"""
TOLD = """
select key, sequence, convert_from(body, 'UTF8')::jsonb - 'answers' as told from ledger
where said and type = 'referral.waitlisted.v1' order by key, sequence
"""
ACCEPTED = "select id from referral where recipient and state = 'accepted'"
LEFT = "select count(*) from referral where recipient and state <> 'completed'"


def keep(dsn: str, me: Address) -> None:
    """Walk the queues until killed: what a process does that leads, or believes to."""
    asyncio.run(_keep(dsn, me))


async def _keep(dsn: str, me: Address) -> None:
    database, peers = await open_database(dsn), Peers()
    context = DeliveryContext(me, database, peers, lambda: datetime.now(UTC))
    handler = EventHandler(AgencyView(me, AGENCY.rule_sets, {}), peers)
    source = RoomSource(AGENCY.room_policies, context.clock)
    keeper = RoomKeeper(context, handler, Leading(Outbox(context)), source)
    while True:
        with suppress(*DATABASE_RETRYABLE):
            await keeper.turn()
        await asyncio.sleep(0.005)


def started(world: RoomWorld, dsn: str) -> BaseProcess:
    context = multiprocessing.get_context("fork")
    process = context.Process(target=keep, args=(dsn, world.recipient.me), daemon=True)
    process.start()
    return process


async def work(world: RoomWorld) -> None:
    """Complete what is accepted, over and over."""
    while True:
        async with world.recipient.database.acquire() as connection:
            accepted = [str(row["id"]) for row in await connection.fetch(ACCEPTED)]
        for each in accepted:
            await world.decide(each, **DONE)
        await asyncio.sleep(0.02)


async def test_everybody_is_served_once_and_never_more_than_the_places(make_centre: MakeCentre) -> None:
    centre, chance = await make_centre("employment-center", AGENCY.id), Random(4)
    async with open_world(centre) as world:
        dsn = centre.access(AGENCY.id).dsn
        for _ in range(CLIENTS):
            await world.refer()
        processes = [started(world, dsn) for _ in range(2)]
        working = asyncio.create_task(work(world))
        try:
            assert await carry(world.sender, world.recipient) == CLIENTS
            for number in range(KILLS):
                await asyncio.sleep(chance.uniform(0.01, 0.3))
                processes[number % 2].kill()
                processes[number % 2] = started(world, dsn)
            await until(lambda: served(world), SERVED_SECONDS_MAX, pause=0.2)
        finally:
            working.cancel()
            for each in processes:
                each.kill()
        await check(world)


async def served(world: RoomWorld) -> bool:
    async with world.recipient.database.acquire() as connection:
        return bool(await connection.fetchval(LEFT) == 0)


async def check(world: RoomWorld) -> None:
    async with world.recipient.database.acquire() as connection:
        steps, told = await connection.fetch(STEPS), await connection.fetch(TOLD)
    accepted = Counter(row["key"] for row in steps if row["type"] == "referral.accepted.v1")
    assert (len(accepted), set(accepted.values())) == (CLIENTS, {1}), "each is accepted once"
    taken = most = 0
    for row in steps:
        taken += 1 if row["type"] == "referral.accepted.v1" else -1
        most = max(most, taken)
    assert (taken, most) == (0, PLACES)
    assert told, "somebody had to wait"
    pairs = [(a, b) for a, b in pairwise(told) if a["key"] == b["key"]]
    assert all(a["told"] != b["told"] for a, b in pairs), "nobody is told the same place again"
    await world.turn()
    page = (await world.sender.http.get("/v1/referrals", params={"limit": 200})).json()["referrals"]
    assert Counter(each["state"] for each in page) == {"completed": CLIENTS}, "and their senders know"
