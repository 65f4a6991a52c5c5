"""Reconciling knows inquiries, what is said of eligibility, reminders, and the room of programmes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from ieum.application.clock_runner import ClockRunner
from ieum.centre.accounting import Accounts
from ieum.centre.differences import Kind
from ieum.centre.reconcile import reconcile
from ieum.delivery.catalogue.catalogue_records import keep
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.outbox import Outbox
from ieum.observe.metrics import CaseworkMeasures
from ieum_contracts.capacity import CapacityChanged, Room
from ieum_contracts.catalogue import encode
from ieum_lab.testing.centre import CentreUnderTest
from ieum_lab.testing.plugin import MakeCentre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import Api, carry, open_api, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack
LATER = datetime.now(UTC) + timedelta(days=60)
TYPES = "select distinct type from ledger where said"
CHANGE = {"programme": "livelihood", "old": "likely", "new": "granted", "effective_on": "2026-07-01"}
FOUND = {"finding": "eligible", "ground": "facts-verified", "by": "T-1"}


@pytest_asyncio.fixture
async def both(make_centre: MakeCentre) -> AsyncIterator[tuple[CentreUnderTest, Api, Api]]:
    """Open the APIs of two agencies of a centre of their own; the second has rules."""
    centre = await make_centre(EMPLOYMENT.id, WELFARE.id)
    async with (
        open_api(centre, WELFARE, EMPLOYMENT) as welfare,
        open_api(centre, EMPLOYMENT, WELFARE) as jobs,
    ):
        yield centre, welfare, jobs


async def accounts_of(centre: CentreUnderTest) -> Accounts:
    return await reconcile(centre.centre, centre.settings)


async def said_by(api: Api) -> set[str]:
    async with api.database.acquire() as connection:
        return {row["type"] for row in await connection.fetch(TYPES)}


async def test_an_inquiry_is_counted_and_what_is_under_way_of_it_is_named(
    both: tuple[CentreUnderTest, Api, Api],
) -> None:
    centre, welfare, jobs = both
    facts = {"circumstances": {"household_size": {"value": 2, "source": "stated"}}}
    asked = await welfare.post("/v1/inquiries", {"recipients": [EMPLOYMENT.id], "sealed": facts})
    assert asked.status_code == 201, asked.text
    inquiry = asked.json()["inquiries"][0]["id"]
    accounts = await accounts_of(centre)
    assert (accounts.inquiries, accounts.said, accounts.heard) == (1, 1, 0)
    assert f"1 eligibility event(s) on {inquiry} to {EMPLOYMENT.id}, which has heard 0" in " ".join(
        accounts.sentences
    )
    assert await carry(welfare, jobs) == 1
    accounts = await accounts_of(centre)
    assert f"to {WELFARE.id}, which has heard 0" in " ".join(accounts.sentences)
    await settle(welfare, jobs)
    accounts = await accounts_of(centre)
    assert (accounts.said, accounts.heard) == (2, 2)
    assert not [each for each in accounts.differences if each.kind is Kind.STREAM]


async def test_confirmations_changes_and_reminders_are_compared_as_all_else(
    both: tuple[CentreUnderTest, Api, Api],
) -> None:
    centre, welfare, jobs = both
    made = await welfare.post("/v1/referrals", referral_order(jobs.me, programme="employment-support-1"))
    assert made.status_code == 201, made.text
    path = f"/v1/referrals/{made.json()['id']}"
    await settle(welfare, jobs)
    for api, order, body in (
        (jobs, "confirmations", FOUND),
        (jobs, "eligibility-changes", CHANGE),
        (welfare, "eligibility-changes", {**CHANGE, "programme": "medical"}),
    ):
        answer = await api.post(f"{path}/{order}", body)
        assert answer.status_code == 200, answer.text
    delivery = welfare.api_context.delivery
    context = DeliveryContext(delivery.me, delivery.database, delivery.peers, lambda: LATER)
    measures = CaseworkMeasures(CollectorRegistry())
    runner = ClockRunner(context, welfare.api_context.handler, Outbox(context), lambda: None, measures)
    assert (await runner.turn()).said == 1
    assert "referral.overdue.v1" in await said_by(welfare)
    assert {"eligibility.assessed.v1", "eligibility.confirmed.v1", "eligibility.changed.v1"} <= await said_by(
        jobs
    )
    before = await accounts_of(centre)
    assert {each.kind for each in before.differences} >= {Kind.STREAM}
    await settle(welfare, jobs)
    after = await accounts_of(centre)
    assert after.said == after.heard == before.said
    assert not [each for each in after.differences if each.kind is Kind.STREAM]


async def test_a_copy_of_room_that_is_old_is_named(both: tuple[CentreUnderTest, Api, Api]) -> None:
    centre, welfare, jobs = both
    for api, version in ((jobs, 4), (welfare, 3)):
        body = CapacityChanged(programme="job-seeking-benefit", version=version, room=Room.OPEN)
        async with api.database.acquire() as connection:
            await keep(connection, api.api_context.delivery.peers.number(jobs.me), body, encode(body))
    (told,) = [each.sentence for each in (await accounts_of(centre)).differences if each.kind is Kind.ROOM]
    assert told == (
        f"{WELFARE.id} has version 3 of the room of job-seeking-benefit, of which {EMPLOYMENT.id} has "
        "published version 4."
    )
    async with welfare.database.acquire() as connection:
        newer = body.model_copy(update={"version": 4})
        await keep(connection, welfare.api_context.delivery.peers.number(jobs.me), newer, encode(newer))
    assert not [each for each in (await accounts_of(centre)).differences if each.kind is Kind.ROOM]
