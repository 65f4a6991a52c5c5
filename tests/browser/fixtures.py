"""Fixtures: one browser for each process that runs tests, and a new context of it for each test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.installation import Installation, installed
from tests.browser.launching import launched

EXPECT_MILLISECONDS_MAX = 30_000


@pytest.fixture(scope="session")
def browser_installation() -> Installation:
    """Find the browser, or install it on first use; a test that needs it fails where that cannot be done."""
    return installed()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(browser_installation: Installation) -> AsyncIterator[Browser]:
    """Start Chromium; it ends with the tests."""
    async with launched(browser_installation) as chromium:
        expect.set_options(timeout=EXPECT_MILLISECONDS_MAX)
        yield chromium
