"""Before anything has happened every page is there, and teaches what will stand on it."""

import pytest

from bench.console_pages import AGENCY, HOST, signed_in_client
from ieum.agency import Names
from ieum.storage.database import open_database
from ieum_console.pages.page_routes import ROUTES
from ieum_console.pages.web_settings import WebSettings
from ieum_console.pages.window import console_window
from ieum_lab.embedded.stack import Stack
from tests.pages.conftest import new_console_database

pytestmark = pytest.mark.stack


async def test_every_page_of_an_empty_projection(stack: Stack) -> None:
    database = await open_database(await new_console_database(stack))
    settings = WebSettings(console_url=HOST, oidc_issuer=HOST, urls={})
    app = console_window(settings, database, {AGENCY: Names(AGENCY, AGENCY)})
    async with signed_in_client(database, app) as client:
        for path in [each.path for each in ROUTES if each.method == "GET" and "{" not in each.path]:
            assert (await client.get(path)).status_code == 200, path
    await database.close()
