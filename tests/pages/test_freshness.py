"""Kafka away, the projector away or late: every page says so, of when it is, and what is safe."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.pages.conftest import SignedIn, Site
from tests.pages.screens import screens

pytestmark = [pytest.mark.stack, pytest.mark.quiet]
WITHOUT_NUMBERS = {"not-found"}
"""A problem page shows nothing of the projection."""


@dataclass(frozen=True)
class Trouble:
    """What is the matter: how it comes about, what every page says, and whether its numbers are old."""

    statement: str
    title: str
    safe: str
    is_old: bool
    projector_runs: bool = True


TROUBLES = {
    "kafka away": Trouble(
        "update projector set kafka_away_since = now() where id = 1",
        "Kafka does not answer",
        "nothing is lost",
        is_old=True,
    ),
    "projector away": Trouble(
        "update projector set checked_at = now() - interval '1 minute' where id = 1",
        "The projector does not run",
        "The hand-overs themselves go on",
        is_old=True,
        projector_runs=False,
    ),
    "projector behind": Trouble(
        "update projector set oldest_unread_at = now() - interval '10 minutes', records_behind = 4000",
        "This picture is late",
        "Do not act on what waits until it has",
        is_old=False,
    ),
    "rebuilding": Trouble(
        "update projector set rebuilding_since = now(), applied = 1234 where id = 1",
        "Being rebuilt",
        "Numbers on this page still grow",
        is_old=True,
    ),
}
WELL = """
update projector set kafka_away_since = null, rebuilding_since = null, oldest_unread_at = null,
    records_behind = 0, checked_at = now()
where id = 1
"""


@pytest_asyncio.fixture(loop_scope="session")
async def connection(site: Site) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(site.dsn)
    yield opened
    await opened.execute(WELL)
    await opened.close()


@contextmanager
def projector(site: Site, *, runs: bool) -> Iterator[None]:
    if not runs:
        site.beating.clear()
    try:
        yield
    finally:
        site.beating.set()


@pytest.mark.parametrize("name", TROUBLES)
async def test_every_page_says_so(
    site: Site, signed_in: SignedIn, connection: asyncpg.Connection, name: str
) -> None:
    trouble, faults = TROUBLES[name], []
    page = await (await signed_in("admin-1", locale="en", java_script_enabled=False)).new_page()
    with projector(site, runs=trouble.projector_runs):
        await page.wait_for_timeout(200)
        await connection.execute(trouble.statement)
        for screen, path in screens(site.seeded).items():
            if screen in WITHOUT_NUMBERS:
                continue
            await page.goto(f"{site.url}{path}")
            told = await page.locator(".notice", has_text=trouble.title).all_inner_texts()
            words = await page.locator("[data-live-words]").inner_text()
            marked = await page.get_by_text("Not live").is_visible()
            if not any(trouble.safe in each for each in told):
                faults.append(f"{screen} says {told}")
            if "as of " not in words or ("Live" in words) == trouble.is_old or marked != trouble.is_old:
                faults.append(f"{screen} is called {words}, {'not live' if marked else 'live'}")
    assert faults == []


async def test_an_open_page_hears_of_it_and_that_it_is_over(
    site: Site, signed_in: SignedIn, connection: asyncpg.Connection
) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/assurance")
    await expect(page.locator("[data-live-words]")).to_contain_text("Live")
    await connection.execute(TROUBLES["kafka away"].statement)
    await expect(page.locator("body.is-stale")).to_be_attached(timeout=5_000)
    await expect(page.locator("[data-live-words]")).to_contain_text("Kafka does not answer")
    await connection.execute(WELL)
    await expect(page.locator("body.is-stale")).not_to_be_attached(timeout=5_000)
    await expect(page.locator("[data-live-words]")).to_contain_text("Live")
