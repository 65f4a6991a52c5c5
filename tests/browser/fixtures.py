"""Fixtures: one browser for each process that runs tests, and a new context of it for each test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.installation import Installation, installed

LAUNCH_MILLISECONDS_MAX = 180_000
EXPECT_MILLISECONDS_MAX = 30_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-zygote",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
]


@pytest.fixture(scope="session")
def browser_installation() -> Installation:
    """Find the browser, or install it on first use; a test that needs it fails where that cannot be done."""
    return installed()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(browser_installation: Installation) -> AsyncIterator[Browser]:
    """Start Chromium; it ends with the tests."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=browser_installation.chromium,
            args=FLAGS,
            env={**browser_installation.environment},
            timeout=LAUNCH_MILLISECONDS_MAX,
        )
        expect.set_options(timeout=EXPECT_MILLISECONDS_MAX)
        try:
            yield chromium
        finally:
            await chromium.close()
