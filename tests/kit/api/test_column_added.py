"""A migration adds a column under a running instance: the same calls go on, at the latest when repeated."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, new_centre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import Api, open_api, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack

ADD = (
    "alter table referral add column added_later integer",
    "alter table case_file add column added_later integer",
    "alter table ledger add column added_later integer",
    "alter table feed add column added_later integer",
    "alter table stream add column added_later integer",
    "alter table clock add column added_later integer",
    "alter table inquiry add column added_later integer",
    "alter table eligibility_change add column added_later integer",
    "alter table parked add column added_later integer",
)


@pytest_asyncio.fixture(loop_scope="session")
async def own_centre(stack: Stack, database_template: Template) -> AsyncIterator[CentreUnderTest]:
    """Make a centre for this test alone: other tests' connections would have to plan anew as well."""
    centre = await new_centre(stack, database_template, (EMPLOYMENT.id, WELFARE.id))
    yield centre
    await end_centre(centre)


async def test_a_column_more_makes_no_call_fail_for_good(own_centre: CentreUnderTest) -> None:
    async with (
        open_api(own_centre, EMPLOYMENT, WELFARE) as api,
        open_api(own_centre, WELFARE, EMPLOYMENT) as welfare,
    ):
        await _add_columns_under(api, welfare)


async def _add_columns_under(api: Api, welfare: Api) -> None:
    made = (await api.post("/v1/referrals", referral_order(api.peer))).json()
    await settle(api, welfare)
    paths = [
        f"/v1/referrals/{made['id']}",
        f"/v1/referrals/{made['id']}/events",
        "/v1/referrals",
        "/v1/cases",
        "/v1/events",
        "/v1/due",
        "/v1/to-dos",
        f"/v1/journeys/{made['journey']}",
        "/v1/streams",
    ]
    for path in paths * 2:  # planned on a connection, and kept there
        assert (await api.http.get(path)).status_code == 200, path
    async with api.api_context.delivery.database.acquire() as connection:
        for statement in ADD:
            await connection.execute(statement)
    for path in paths:
        answers = [(await api.http.get(path)).status_code for _ in range(2)]
        assert answers[0] in {200, 503}, (path, answers)
        assert answers[1] == 200, (path, answers)
    assert (await api.post("/v1/referrals", referral_order(api.peer))).status_code == 201
    await settle(api, welfare)
