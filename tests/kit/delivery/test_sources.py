"""One bad sender is held, its bytes kept, and the others go on, until an operator or the hour releases it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from ieum.delivery.blocked import operator_actions
from ieum.delivery.blocked.operator_actions import Act
from ieum.delivery.blocked.source_breaker import TOO_MANY, WINDOW
from ieum_contracts.referral import ReferralAmended
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, close, limited, new_keys, open_bare, until
from tests.kit.delivery.bare_agency import REFUSE

pytestmark = pytest.mark.stack
TROUBLES_MAX = 3
BAD = f"{REFUSE}move-not-allowed"
ACT = Act(by="op-1", reason="sender-mended")


@dataclass(frozen=True)
class Trio:
    """A recipient with little patience, and two senders."""

    patient: Bare
    bad: Bare
    good: Bare


@pytest_asyncio.fixture(loop_scope="session")
async def trio(stack: Stack, database_template: Template) -> AsyncIterator[Trio]:
    centre = await new_centre(stack, database_template, ("alpha", "beta", "gamma"))
    agencies = [await open_bare(centre, agency) for agency in ("alpha", "beta", "gamma")]
    patient = agencies[1]
    patient.context = replace(patient.context, troubles_max=TROUBLES_MAX)
    with limited(*agencies, tick_seconds=0.1, quarantined_of_a_source=2):
        for agency in agencies:
            await agency.start()
        yield Trio(patient, agencies[0], agencies[2])
        await close(*agencies)
    await end_centre(centre)


async def becomes_held(trio: Trio) -> None:
    """Let the bad sender be wrong once too often."""
    await trio.bad.say(trio.patient.address, new_keys(TROUBLES_MAX + 1), cause=BAD)
    await until(lambda: _holds(trio.patient, 1))


async def _holds(agency: Bare, count: int) -> bool:
    return await agency.value("select count(*) from source where held is not null") == count


async def _effects(agency: Bare, count: int) -> bool:
    return len(await agency.effects()) == count


async def test_a_bad_sender_is_held_and_the_others_go_on_until_an_operator_releases_it(trio: Trio) -> None:
    patient, bad, good = trio.patient, trio.bad, trio.good
    with capture_logs() as logs:
        await becomes_held(trio)
        late = new_keys(3)
        await bad.say(patient.address, late)
        await good.say(patient.address, new_keys(2))
        await until(lambda: _effects(patient, 2))
        await until(lambda: _parked(patient, 3))
        await bad.say(patient.address, late)
        await until(lambda: _parked(patient, 6))
    assert [each["source"] for each in logs if each["event"] == TOO_MANY] == [str(bad.address)]
    assert await patient.value("select held from source where held is not null") == TOO_MANY

    peer = patient.context.peers.number(bad.address)
    async with patient.database.acquire() as connection:
        looked = await operator_actions.release(connection, peer, replace(ACT, dry_run=True), patient.clock())
        assert looked is not None
        assert (looked.held, looked.waiting) == (TOO_MANY, 6)
        assert await _holds(patient, 1)
        assert await operator_actions.release(connection, peer, ACT, patient.clock()) == looked
        assert await operator_actions.release(connection, peer, ACT, patient.clock()) is None
    await until(lambda: _effects(patient, 2 + 6))
    assert await patient.value("select act from operator_act") == "release"


async def _parked(agency: Bare, count: int) -> bool:
    reasons = {str(row["reason"]) for row in await agency.rows("select reason from parked")}
    assert reasons <= {TOO_MANY, "stream.waiting"}
    return await agency.value("select count(*) from parked") == count


async def test_a_held_source_goes_on_by_itself_when_its_hour_is_over(trio: Trio) -> None:
    await becomes_held(trio)
    before = len(await trio.patient.effects())
    await trio.bad.say(trio.patient.address, new_keys(2))
    await until(lambda: _parked(trio.patient, 2))
    trio.patient.clock.ahead += WINDOW + timedelta(seconds=1)
    await until(lambda: _effects(trio.patient, before + 2))
    assert await _holds(trio.patient, 0)


async def test_of_a_flood_of_records_without_a_place_only_some_are_kept(stack: Stack, trio: Trio) -> None:
    patient, bad = trio.patient, trio.bad
    await bad.say(patient.address, new_keys(1))
    await until(lambda: _effects(patient, 1))
    right = wire.event(bad.address, patient.address, new_keys(1)[0], 1, ReferralAmended())
    for _ in range(5):
        wire.produce(stack, [right.having("ce_subject", b"nobody")])

    async def counted() -> bool:
        return await patient.value("select unkept from source where unkept > 0") == 3

    await until(counted)
    assert await patient.value("select count(*) from quarantine") == 2
    assert await _holds(patient, 1)
