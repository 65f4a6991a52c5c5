"""What tests of casework in a database are given."""

from collections.abc import AsyncIterator

import pytest_asyncio

from ieum.application.event_handler import EventHandler
from ieum.application.group_commit import CommandBatcher
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.outbox import Outbox
from ieum.delivery.streams.peers import Peers
from ieum.settings import Settings
from ieum.storage.database import open_database
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.kit.casework.agencies import RECIPIENT, SENDER, START, view_of
from tests.kit.casework.database_world import Office


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api_context(stack: Stack, database_template: Template) -> AsyncIterator[Office]:
    centre = await new_centre(stack, database_template, [SENDER.agency])
    settings = Settings.model_validate(centre.access(SENDER.agency).values())
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_login())
    peers = Peers()
    async with database.acquire() as connection:
        await peers.know(connection, [SENDER, RECIPIENT])
    context, handler = (
        DeliveryContext(SENDER, database, peers, lambda: START),
        EventHandler(view_of(SENDER), peers),
    )
    yield Office(
        database, handler, CommandBatcher(context, handler, Outbox(context), together_max=1, workers=5)
    )
    await database.close()
    await end_centre(centre)
