"""Clocks in a real database: rows move with their referral, and what runs out is acted on exactly once."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from asyncpg import Connection
from prometheus_client import CollectorRegistry

from ieum.application.clock_runner import TRY_AGAIN, TURN_CLOCKS_MAX, ClockRunner, Turn
from ieum.application.event_handler import EventHandler
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.values import Change
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.outbox import Outbox
from ieum.delivery.streams.batch_write import Rows
from ieum.delivery.streams.peers import Peers
from ieum.observe.metrics import CaseworkMeasures
from ieum.storage.clock_rows import read_clocks
from ieum.storage.reading import read_referral
from ieum_contracts.codes import Decision, State
from ieum_contracts.overdue import Clock, ClockLevel
from tests.kit.casework.agencies import SENDER, START, Desk, Two
from tests.kit.casework.database_world import Office, known, refer
from tests.kit.clocks.clocked import clocked_view

pytestmark = pytest.mark.stack
LATE = START + timedelta(days=60)


def runner_of(office: Office, now: datetime = LATE) -> ClockRunner:
    """Make a runner as another process of the same agency would have it."""
    peers = Peers()
    context = DeliveryContext(SENDER, office.database, peers, lambda: now)
    handler = EventHandler(clocked_view(Desk(SENDER)), peers)
    measures = CaseworkMeasures(CollectorRegistry())
    return ClockRunner(context, handler, Outbox(context), lambda: None, measures)


async def until_nothing_is_due(*runners: ClockRunner) -> None:
    for _ in range(100):
        if not sum(turn.due - turn.postponed for turn in await asyncio.gather(*(r.turn() for r in runners))):
            return
    raise AssertionError("There is always something due.")


def asked(number: int) -> list[Two]:
    """Make referrals whose recipient has asked for something and got no answer."""
    twos = []
    for _ in range(number):
        two = Two()
        two.refer()
        two.deliver()
        two.decide(Decision.INFO_REQUESTED)
        twos.append(two)
    return twos


async def clocks_of(connection: Connection, referral: UUID) -> set[tuple[Clock, ClockLevel | None]]:
    return {(clock.clock, clock.level) for _, clock in await read_clocks(connection, [referral])}


SAID = "select key, type from ledger where said and key = any($1::uuid[])"


async def said(office: Office, *twos: Two) -> Counter[str]:
    async with office.database.acquire() as connection:
        rows = await connection.fetch(SAID, [two.id for two in twos])
    return Counter(row["type"] for row in rows)


async def test_a_new_referral_has_its_clock_and_an_ended_one_none(api_context: Office) -> None:
    made = await refer(api_context, client_ref="CLOCK-1")
    assert isinstance(made, Change)
    assert made.referral is not None
    (two,) = asked(1)
    await known(api_context, two)
    two.decide(Decision.DECLINED)
    async with api_context.database.acquire() as connection, connection.transaction():
        assert await clocks_of(connection, made.referral.id) == {(Clock.TECHNICAL_RECEIPT, None)}
        assert await clocks_of(connection, two.id) == {(Clock.INFO_REQUEST, None)}
        clocks = LoadedCases().clocks.__class__(await read_clocks(connection, [two.id]))
        declined = LoadedCases(clocks=clocks)
        declined.take(Change(two.at_recipient))
        await api_context.handler.flush(connection, declined, Rows(), START)
        assert await clocks_of(connection, two.id) == set()


async def test_two_instances_act_on_each_clock_once(api_context: Office) -> None:
    twos = asked(3 * TURN_CLOCKS_MAX)
    await known(api_context, *twos)
    first, second = runner_of(api_context), runner_of(api_context)
    await until_nothing_is_due(first, second)
    assert (await said(api_context, *twos))["referral.expired.v1"] == len(twos)
    async with api_context.database.acquire() as connection:
        peers = first._handler.peers
        found = [await read_referral(connection, peers, two.id) for two in twos]
        assert {each.state for each in found if each is not None} == {State.EXPIRED}
        assert not await read_clocks(connection, [two.id for two in twos])


async def test_one_turn_is_of_bounded_size(api_context: Office) -> None:
    await known(api_context, *asked(TURN_CLOCKS_MAX + 5))
    runner = runner_of(api_context)
    assert await runner.turn() == Turn(TURN_CLOCKS_MAX, TURN_CLOCKS_MAX, 0)
    await until_nothing_is_due(runner)


async def test_nothing_is_acted_on_before_its_time(api_context: Office) -> None:
    (two,) = asked(1)
    await known(api_context, two)
    await until_nothing_is_due(runner_of(api_context, START + timedelta(days=6)))
    assert await said(api_context, two) == Counter()


STOP = """
insert into stream (key, peer, family, said, heard, stopped)
select $1, r.peer, f.family, 0, 0, 'sequence.conflict' from referral r, generate_series(0, 5) f (family)
where r.id = $1
"""
RESUME = "delete from stream where key = $1"


async def test_a_stream_that_stands_still_holds_up_no_other_clock(api_context: Office) -> None:
    blocked, free = asked(2)
    await known(api_context, blocked, free)
    async with api_context.database.acquire() as connection:
        await connection.execute(STOP, blocked.id)
    await until_nothing_is_due(runner_of(api_context))
    assert await said(api_context, blocked) == Counter()
    assert await said(api_context, free) == Counter({"referral.expired.v1": 1})
    assert (await runner_of(api_context).turn()).due == 0
    async with api_context.database.acquire() as connection:
        await connection.execute(RESUME, blocked.id)
    await until_nothing_is_due(runner_of(api_context, LATE + TRY_AGAIN))
    assert await said(api_context, blocked) == Counter({"referral.expired.v1": 1})


MOVED_BY_AN_OLDER_PROCESS = "update referral set state = 'accepted' where id = $1"


async def test_a_clock_that_an_older_process_forgot_ends_nothing(api_context: Office) -> None:
    (two,) = asked(1)
    await known(api_context, two)
    async with api_context.database.acquire() as connection:
        await connection.execute(MOVED_BY_AN_OLDER_PROCESS, two.id)
    await until_nothing_is_due(runner_of(api_context))
    assert await said(api_context, two) == Counter()
    async with api_context.database.acquire() as connection:
        assert {clock for clock, _ in await clocks_of(connection, two.id)} == {Clock.PROGRESS}
