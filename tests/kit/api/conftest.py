"""Two agencies' APIs on real databases, the same for all tests of this folder."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from ieum.access.access_settings import access_of
from ieum.api.app import create_app
from ieum.settings import Settings
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, new_centre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.access.forging import Forge
from tests.kit.api.agency_api import Api, open_api
from tests.kit.api.referring import referral_order


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api_centre(stack: Stack, database_template: Template) -> AsyncIterator[CentreUnderTest]:
    centre = await new_centre(stack, database_template, (EMPLOYMENT.id, WELFARE.id))
    yield centre
    await end_centre(centre)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(api_centre: CentreUnderTest) -> AsyncIterator[Api]:
    """Open the employment center's API: the sender of most referrals here."""
    async with open_api(api_centre, EMPLOYMENT, WELFARE) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def welfare(api_centre: CentreUnderTest) -> AsyncIterator[Api]:
    """Open the city welfare team's API: the recipient of most referrals here."""
    async with open_api(api_centre, WELFARE, EMPLOYMENT) as opened:
        yield opened


@pytest.fixture
def forge(api: Api, api_centre: CentreUnderTest) -> Forge:
    issuer = api_centre.issuer
    return Forge(issuer.key, issuer.issuer, str(api.me), api.me.agency)


@pytest.fixture
def fresh(api: Api, api_centre: CentreUnderTest) -> FastAPI:
    """Make an API that has met no wrong token yet."""
    access = access_of(Settings(**api_centre.access(api.me.agency).values()))  # type: ignore[arg-type]
    return create_app(replace(api.api_context, access=access, registry=CollectorRegistry()))


@pytest.fixture
def order(api: Api) -> dict[str, object]:
    """Make an order for a referral of a client nobody has referred before."""
    return referral_order(api.peer)


@pytest_asyncio.fixture
async def forget_troubles(api: Api, welfare: Api) -> AsyncIterator[None]:
    """Forget, after a test that says wrong things, how many of them the two agencies have counted."""
    yield
    for each in (api, welfare):
        async with each.database.acquire() as connection:
            await connection.execute("delete from source")
