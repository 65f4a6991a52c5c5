"""Every screen in a real browser, in two languages and two themes: accessible, translated, quiet."""

import pytest
from playwright.async_api import Page

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
