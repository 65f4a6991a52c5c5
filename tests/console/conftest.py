"""The console's own database, empty and at its newest schema, in a centre of the test's own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio

from ieum.storage.database import Database
from ieum_console.access import console_values
from ieum_console.database import migrate_console, open_console_database
from ieum_console.settings import ConsoleSettings
from ieum_lab.testing.centre import CentreUnderTest
from ieum_lab.testing.plugin import MakeCentre


@dataclass(frozen=True)
class Console:
    """A centre's console: its settings, and its database."""

    centre: CentreUnderTest
    settings: ConsoleSettings
    database: Database


def settings_of(centre: CentreUnderTest) -> ConsoleSettings:
    return ConsoleSettings.model_validate(console_values(centre.centre, centre.settings))


@pytest_asyncio.fixture(loop_scope="session")
async def console(make_centre: MakeCentre) -> AsyncIterator[Console]:
    centre = await make_centre()
    settings = settings_of(centre)
    await migrate_console(settings)
    database = await open_console_database(settings)
    yield Console(centre, settings, database)
    await database.close()
