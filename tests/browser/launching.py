"""Starts the browser that was installed, with the flags that a machine without a screen needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from tests.browser.installation import Installation

LAUNCH_MILLISECONDS_MAX = 180_000
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-zygote",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
]


@asynccontextmanager
async def launched(installation: Installation) -> AsyncIterator[Browser]:
    """Start Chromium; it ends with the block."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=installation.chromium,
            args=_FLAGS,
            env={**installation.environment},
            timeout=LAUNCH_MILLISECONDS_MAX,
        )
        try:
            yield chromium
        finally:
            await chromium.close()
