"""One agency's API on a real database, with its peers known; the same for all tests of this folder."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio
from prometheus_client import CollectorRegistry

from ieum.api.app import create_app
from ieum.api.office import Office
from ieum.casework.values import View
from ieum.delivery.here import Here
from ieum.delivery.outbox import Outbox
from ieum.delivery.peers import Peers
from ieum.local import Stack
from ieum.storage.database import open_database
from ieum.storage.desk import Desk
from ieum.testing.centre import CentreUnderTest, Template, end_centre, new_centre
from tests.kit.api.agency_api import ME, PEER, Api, Healthy, client_of


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api_centre(stack: Stack, database_template: Template) -> AsyncIterator[CentreUnderTest]:
    centre = await new_centre(stack, database_template, (ME, PEER))
    yield centre
    await end_centre(centre)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(api_centre: CentreUnderTest) -> AsyncIterator[Api]:
    database = await open_database(api_centre.access(ME).dsn)
    peers = Peers()
    async with database.acquire() as connection:
        await peers.know(connection, [api_centre.address(PEER)])
    here = Here(api_centre.address(ME), database, peers, lambda: datetime.now(UTC))
    desk = Desk(View(here.me, {}, {}), peers)
    office = Office(here, desk, Outbox(here), lambda: None, Healthy(), CollectorRegistry())
    app = create_app(office)
    async with client_of(app) as http:
        yield Api(office, app, http, api_centre.address(PEER))
    await database.close()
