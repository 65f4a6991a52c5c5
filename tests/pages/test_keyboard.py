"""The whole way of a retry by keyboard alone: from the first page to the end, and what has focus is seen."""

import pytest
from playwright.async_api import Page, expect

from tests.kit.api.agency_api import Api
from tests.pages.conftest import SignedIn, Site
from tests.pages.parked import park_some, parked, retrying

pytestmark = pytest.mark.stack
TABS_MAX = 80
FOCUSED = """() => {
  const each = document.activeElement;
  const seen = getComputedStyle(each.matches(".flow-node") ? each.querySelector("rect") : each);
  const ring = each.matches(".flow-node") ? parseFloat(seen.strokeWidth) >= 3
    : seen.outlineStyle !== "none" && parseFloat(seen.outlineWidth) >= 3;
  return { name: (each.labels?.[0] ?? each).innerText?.trim() ?? "", ring, is: each.outerHTML.slice(0, 80) };
}"""


async def tab_to(page: Page, name: str) -> list[str]:
    """Press Tab until what has this name has the focus; returns the names on the way."""
    passed: list[str] = []
    for _ in range(TABS_MAX):
        await page.keyboard.press("Tab")
        found = await page.evaluate(FOCUSED)
        assert found["ring"] or found["is"].startswith("<body"), f"no focus is seen on {found['is']}"
        passed.append(found["name"])
        if found["name"] == name:
            return passed
    raise AssertionError(f"{name} is not reached: {passed}")


async def test_a_retry_from_the_first_page_to_its_end(site: Site, welfare: Api, signed_in: SignedIn) -> None:
    await park_some(welfare, 4, "fold.keyed")
    page = await (await signed_in("operator-1", locale="en")).new_page()
    await page.goto(f"{site.url}/")
    assert await tab_to(page, "Skip to the content") == ["Skip to the content"]
    await tab_to(page, "Troubles")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/troubles")
    await tab_to(page, "Skip to the content")
    await page.keyboard.press("Enter")
    passed = await tab_to(page, "Prepare a retry")
    assert "Overview" not in passed, "the link skips what stands on every page"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/operations/*")
    async with retrying(welfare):
        await tab_to(page, "Why, as a code that is kept")
        await page.keyboard.type("fault-repaired")
        await page.keyboard.press("Tab")
        assert (await page.evaluate(FOCUSED))["name"] == "Retry now"
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await expect(page.locator(".head .badge")).to_have_text("Done", timeout=40_000)
    assert await page.locator("tbody .badge", has_text="Went on").count() == 4
    assert await parked(welfare, "fold.keyed") == 0
    assert await page.get_by_role("heading", name="What next").count() == 0
    await tab_to(page, "Report as a CSV file")
