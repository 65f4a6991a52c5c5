"""The console's pages on a real database and a real server, with an issuer and somebody signed in."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

import asyncpg
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext
from starlette.types import ASGIApp

from ieum.access.callers import Role
from ieum.agency import load_agency
from ieum.api.http.server import server
from ieum.centre.issuer_key import Account
from ieum.centre.postgres import connect_admin, create_database, create_role
from ieum.storage.database import Database, open_database
from ieum.storage.migrate import migrate
from ieum_console.pages.web_settings import WebSettings
from ieum_console.pages.window import console_window
from ieum_lab.embedded.administrator import admin_settings
from ieum_lab.embedded.ports import LOOPBACK, free_port
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, new_centre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import Api, open_api
from tests.pages.issuer import CLIENT, PEOPLE, TestIssuer
from tests.pages.seeding import AGENCIES, Seeded, seed

PAGE_MILLISECONDS_MAX = 90_000
VIEWPORT = {"width": 1360, "height": 900}
DECLARED = {agency: load_agency(f"services.{agency.replace('-', '_')}") for agency in AGENCIES}
NAMES = {agency: found.name for agency, found in DECLARED.items()}
PROGRAMMES = {agency: found.programmes for agency, found in DECLARED.items()}


@dataclass
class Site:
    """A console that is served, and how to reach what is behind it."""

    url: str
    dsn: str
    issuer: TestIssuer
    seeded: Seeded
    stop: Callable[[], Awaitable[None]]
    start: Callable[[], Awaitable[None]]
    beating: asyncio.Event
    """Set while the projector is taken to run: it says every second that all is read."""


@asynccontextmanager
async def served(app: ASGIApp, port: int) -> AsyncIterator[None]:
    """Serve an application on loopback until the block ends."""
    running = server(app, LOOPBACK, port)
    task = asyncio.create_task(running.serve())
    while not running.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        running.should_exit = running.force_exit = True
        for connection in list(running.server_state.connections):
            connection.transport.abort()  # as when the process is killed
        await task


async def new_console_database(stack: Stack) -> str:
    """Make a database with the console's schema; returns its DSN."""
    name, password, settings = f"c{secrets.token_hex(4)}", secrets.token_hex(8), admin_settings(stack)
    connection = await connect_admin(settings)
    try:
        await create_role(connection, name, password)
        await create_database(connection, name, owner=name)
    finally:
        await connection.close()
    location = stack.postgres_admin_dsn.rpartition("@")[2].partition("/")[0]
    dsn = f"postgresql://{name}:{password}@{location}/{name}"
    await migrate(dsn, folder=files("ieum_console").joinpath("schema"))
    return dsn


class Served:
    """One application on one port, that can be stopped and started again."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app, self._port = app, port
        self._running: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    async def start(self) -> None:
        """Serve."""
        ready = asyncio.Event()
        self._ended = asyncio.Event()

        async def run() -> None:
            async with served(self._app, self._port):
                ready.set()
                await self._ended.wait()

        self._running = asyncio.create_task(run())
        await ready.wait()

    async def stop(self) -> None:
        """Close all connections and listen no more."""
        self._ended.set()
        if self._running is not None:
            await self._running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages_centre(stack: Stack, database_template: Template) -> AsyncIterator[CentreUnderTest]:
    """Make a small centre, whose issuer the agencies trust."""
    centre = await new_centre(stack, database_template, (EMPLOYMENT.id, WELFARE.id))
    yield centre
    await end_centre(centre)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def welfare(pages_centre: CentreUnderTest) -> AsyncIterator[Api]:
    """Open the API of an agency at which something waits."""
    async with open_api(pages_centre, WELFARE, EMPLOYMENT) as api:
        yield api


def tokens_of(centre: CentreUnderTest) -> Callable[[str], str]:
    """Return what makes the token with which somebody calls the agencies."""

    def token(person: str) -> str:
        named = PEOPLE[person]["roles"]
        roles = [role for role in Role if isinstance(named, list) and role in named]
        return centre.issuer.token(Account(person, roles), [str(centre.address(WELFARE.id))])

    return token


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(stack: Stack, pages_centre: CentreUnderTest, welfare: Api) -> AsyncIterator[Site]:
    """Serve the console of a small centre; of its agencies one serves an API, and one does not answer."""
    dsn, issuer = await new_console_database(stack), TestIssuer()
    port, issuer_port, api_port = free_port(), free_port(), free_port()
    issuer.at_agencies = tokens_of(pages_centre)
    issuer.url, url = f"http://{LOOPBACK}:{issuer_port}", f"http://{LOOPBACK}:{port}"
    connection = await asyncpg.connect(dsn)
    seeded = await seed(connection, datetime.now(UTC))
    await connection.close()
    database = await open_database(dsn)
    urls = {
        WELFARE.id: f"http://{LOOPBACK}:{api_port}",
        "veterans-center": f"http://{LOOPBACK}:{free_port()}",
    }
    settings = WebSettings(console_url=url, oidc_issuer=issuer.url, oidc_client_id=CLIENT, urls=urls)
    console = Served(console_window(settings, database, NAMES, programmes=PROGRAMMES), port)
    async with served(issuer.app, issuer_port), served(welfare.app, api_port):
        await console.start()
        beating = asyncio.Event()
        beating.set()
        pulse = asyncio.create_task(keep_fresh(database, beating))
        yield Site(url, dsn, issuer, seeded, console.stop, console.start, beating)
        pulse.cancel()
        await console.stop()
    await database.close()


FRESH = "update projector set checked_at = now() where id = 1 and kafka_away_since is null"


async def keep_fresh(database: Database, beating: asyncio.Event) -> None:
    """Say every second that the projection was compared with the topics, as the projector does."""
    while await beating.wait():
        async with database.acquire() as connection:
            await connection.execute(FRESH)
        await asyncio.sleep(1)


SignedIn = Callable[..., Awaitable[BrowserContext]]


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(site: Site, browser: Browser) -> AsyncIterator[SignedIn]:
    """Return a function that opens a browser in which somebody has signed in at the issuer."""
    opened: list[BrowserContext] = []

    async def sign_in(person: str, **options: object) -> BrowserContext:
        context = await browser.new_context(**{"viewport": VIEWPORT, "locale": "ko", **options})  # type: ignore[arg-type]
        context.set_default_timeout(PAGE_MILLISECONDS_MAX)
        opened.append(context)
        page = await context.new_page()
        await page.goto(f"{site.url}/")
        await page.get_by_role("link", name=person, exact=True).click()
        await page.wait_for_url(f"{site.url}/")
        await page.close()
        return context

    yield sign_in
    for context in opened:
        await context.close()
