"""Every screen in a real browser, in two languages and two themes: accessible, translated, quiet."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from playwright.async_api import Page, expect

from tests.browser.installation import Installation
from tests.pages.conftest import VIEWPORT, SignedIn, Site
from tests.pages.screens import (
    ARTEFACTS,
    NARROW,
    OVERFLOW,
    THEMED_RULES,
    VIOLATIONS,
    Watch,
    faults_of,
    screens,
)

pytestmark = pytest.mark.stack


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["ko", "en"])
async def test_every_screen(
    site: Site, signed_in: SignedIn, browser_installation: Installation, language: str
) -> None:
    context = await signed_in("admin-1", locale=language, color_scheme="light")
    page, faults = await context.new_page(), []
    watch = Watch(page, site.url)
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    for name, path in screens(site.seeded).items():
        await page.goto(f"{site.url}{path}")
        assert await page.locator("html").get_attribute("lang") == language
        found = await faults_of(page, browser_installation.axe, language)
        found += await _pictured(page, f"{name}-{language}")
        faults += [f"{name}: {each}" for each in found]
    assert "\n".join(faults) == ""
    assert watch.messages == []
    assert watch.foreign == []
    await page.close()


async def _pictured(page: Page, name: str) -> list[str]:
    """Take its pictures: light, dark, narrow; returns what is wrong with the last two."""
    await page.screenshot(path=ARTEFACTS / f"{name}-light.png", full_page=True)
    await page.emulate_media(color_scheme="dark")
    faults = [f"dark {each}" for each in await page.evaluate(VIOLATIONS, THEMED_RULES)]
    await page.screenshot(path=ARTEFACTS / f"{name}-dark.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": NARROW, "height": 700})
    if (wide := await page.evaluate(OVERFLOW)) > 0:
        faults.append(f"is {wide} px wider than a screen of {NARROW} px")
    await page.screenshot(path=ARTEFACTS / f"{name}-narrow.png")
    await page.set_viewport_size(VIEWPORT)  # type: ignore[arg-type]
    return faults


async def test_a_receipt_that_is_late_looks_late_though_the_referral_has_ended(
    site: Site, signed_in: SignedIn
) -> None:
    due = "update referral set due_at = $2, due_clock = 'erasure-receipt' where id = $1 and ended"
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    connection = await asyncpg.connect(site.dsn)
    await connection.execute(due, site.seeded.withdrawn, datetime.now(UTC) - timedelta(days=1))
    try:
        await page.goto(f"{site.url}/referrals/{site.seeded.withdrawn}")
        await expect(page.locator(".custody-late")).to_contain_text("It was due")
        await expect(page.locator(".head").get_by_text("Overdue")).to_be_visible()
    finally:
        await connection.execute(due, site.seeded.withdrawn, None)
        await connection.close()
