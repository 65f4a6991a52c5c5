"""How long until a real browser shows the first picture of the console's first page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser
from uvicorn import Config, Server

from bench.console_pages import AGENCY, quantiles, session_of_everybody
from ieum.agency import Names
from ieum.storage.database import Database
from ieum.web.sign_in import Cookies
from ieum_console.pages.web_settings import WebSettings
from ieum_console.pages.window import console_window
from ieum_lab.embedded.ports import LOOPBACK, free_port
from tests.browser.installation import installed
from tests.browser.launching import launched

START_SECONDS_MAX = 30.0
FIRST_PAINT = """
() => new Promise(tell => new PerformanceObserver(list => {
    for (const each of list.getEntriesByName('first-contentful-paint')) tell(each.startTime);
}).observe({type: 'paint', buffered: true}))
"""


async def first_picture(database: Database, rounds: int) -> dict[str, float]:
    """Open `/` so many times in a browser that has kept nothing; milliseconds until it shows something.

    Counted by the browser itself from when it begins to ask (first contentful paint).
    """
    found = await asyncio.to_thread(installed)
    async with _served(database) as url, launched(found) as browser:
        cookie = {"name": Cookies(secure=False).session, "value": await session_of_everybody(database)}
        took = [await _opened(browser, url, cookie) for _ in range(rounds + 1)]
    return quantiles(took[1:])


async def _opened(browser: Browser, url: str, cookie: dict[str, str]) -> float:
    context = await browser.new_context(locale="ko")
    try:
        await context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": url}])
        page = await context.new_page()
        await page.goto(f"{url}/")
        return float(await page.evaluate(FIRST_PAINT))
    finally:
        await context.close()


@asynccontextmanager
async def _served(database: Database) -> AsyncIterator[str]:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    settings = WebSettings(console_url=url, oidc_issuer=url, urls={})
    window = console_window(settings, database, {AGENCY: Names(AGENCY, AGENCY)})
    pages = Server(Config(window, LOOPBACK, port, lifespan="off", log_config=None))
    serving = asyncio.create_task(pages.serve())
    try:
        async with asyncio.timeout(START_SECONDS_MAX):
            while not pages.started:
                await asyncio.sleep(0.05)
        yield url
    finally:
        pages.should_exit = True
        await serving
