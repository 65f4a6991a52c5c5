"""Another calendar moves what is due, and referrals from before the clocks get theirs, a part at a time."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from ieum.application.business_calendar import is_public_holiday
from ieum.application.clock_upkeep import ClockUpkeep
from ieum.application.event_handler import EventHandler
from ieum.casework.business_days import BusinessCalendar, OwnDays, end_of
from ieum.casework.running_clocks import RunningClock
from ieum.casework.values import AgencyView
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.streams.peers import Peers
from ieum.observe.metrics import CaseworkMeasures
from ieum.storage.clock_rows import read_clocks
from ieum_contracts.overdue import Clock, ClockLevel
from ieum_contracts.timing import day_of
from tests.kit.casework.agencies import SENDER, START, Desk, Two
from tests.kit.casework.database_world import Office, known
from tests.kit.clocks.clocked import clocked_view
from tests.kit.clocks.test_clock_runner import runner_of, until_nothing_is_due

pytestmark = pytest.mark.stack
HOLIDAY = OwnDays.model_validate({"closed": {"2026-07-06": "임시공휴일"}})


def upkeep_of(
    office: Office, version: int, own: OwnDays | None = None, registry: CollectorRegistry | None = None
) -> ClockUpkeep:
    peers, leading = Peers(), asyncio.Event()
    plain = clocked_view(Desk(SENDER))
    calendar = plain.calendar if own is None else BusinessCalendar(is_public_holiday, own)
    view = AgencyView(SENDER, plain.rule_sets, plain.published, calendar=calendar, calendar_version=version)
    context = DeliveryContext(SENDER, office.database, peers, lambda: START)
    measures = CaseworkMeasures(registry or CollectorRegistry())
    return ClockUpkeep(context, EventHandler(view, peers), leading, measures)


async def set_right(upkeep: ClockUpkeep) -> None:
    for _ in range(50):
        if not await upkeep.turn():
            return
    raise AssertionError("There is always something to set right.")


def received() -> Two:
    two = Two()
    two.refer()
    two.deliver()
    return two


async def decision_of(office: Office, referral: UUID) -> RunningClock:
    async with office.database.acquire() as connection:
        ((_, clock),) = await read_clocks(connection, [referral])
    assert clock.clock is Clock.DECISION
    return clock


async def due(office: Office, referral: UUID) -> datetime | None:
    return (await decision_of(office, referral)).due_at


async def test_a_holiday_that_is_added_late_moves_what_is_due_and_nothing_fires_twice(
    api_context: Office,
) -> None:
    waiting, late = received(), received()
    await known(api_context, late)
    friday = day_of(START) + timedelta(days=2)
    await set_right(upkeep_of(api_context, 1))
    fired_at = end_of(day_of(START) + timedelta(days=5))
    assert await due(api_context, late.id) == fired_at
    await until_nothing_is_due(runner_of(api_context, fired_at))
    fired = await decision_of(api_context, late.id)
    assert fired.level is ClockLevel.OVERDUE
    await known(api_context, waiting)
    assert end_of(friday) < fired_at
    await set_right(upkeep_of(api_context, 2, HOLIDAY))
    assert await due(api_context, waiting.id) == end_of(day_of(START) + timedelta(days=6))
    assert (await runner_of(api_context, fired_at).turn()).due == 0
    assert await decision_of(api_context, late.id) == fired


FORGET = "delete from clock where referral = any($1::uuid[])"
BEGIN_AGAIN = "update clock_sweep set ended_at = $1"
VERSIONS = "select xmin::text from referral where id = any($1::uuid[]) order by id"


async def test_a_referral_from_before_the_clocks_gets_one_and_an_ended_one_none(api_context: Office) -> None:
    twos = [received() for _ in range(3)]
    await known(api_context, *twos)
    async with api_context.database.acquire() as connection:
        await connection.execute(FORGET, [two.id for two in twos])
        await connection.execute(BEGIN_AGAIN, START - timedelta(days=2))
        before = await connection.fetch(VERSIONS, [two.id for two in twos])
    await set_right(upkeep_of(api_context, 3))
    assert [await due(api_context, two.id) is not None for two in twos] == [True] * 3
    async with api_context.database.acquire() as connection:
        after = await connection.fetch(VERSIONS, [two.id for two in twos])
    assert all(old != new for old, new in zip(before, after, strict=True)), (
        "an order that read one without a lock, and no clock, would be written as if it had none"
    )


WITHDRAW = "update referral set withdrawn = true, erased = $2, changed_at = $3 where id = $1"


async def test_withdrawals_are_open_from_the_next_day_until_the_other_side_has_erased(
    api_context: Office,
) -> None:
    two, registry = received(), CollectorRegistry()
    await known(api_context, two)
    upkeep = upkeep_of(api_context, 3, registry=registry)
    found = []
    yesterday = START - timedelta(days=1)
    for erased, changed_at in ((False, START), (False, yesterday), (True, yesterday)):
        async with api_context.database.acquire() as connection:
            await connection.execute(WITHDRAW, two.id, erased, changed_at)
        await upkeep.turn()
        found.append(registry.get_sample_value("ieum_erasures_open"))
    assert found == [0, 1, 0]
