"""The five tasks of docs/console.md, each from the first page, by what can be read on the pages alone."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.kit.api.agency_api import Api
from tests.pages.conftest import SignedIn, Site
from tests.pages.parked import park_some, parked, retrying

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
FAILED = 40
OCTOBER = """
insert into audit (number, at, actor, action, target, reason, previous, digest)
select coalesce(max(number), 0) + 1, timestamptz '2026-10-14 10:00+09', 'operator-9', 'referral.view',
    'looked-at-in-october', '', '', ''
from audit
"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(site: Site, signed_in: SignedIn) -> AsyncIterator[Page]:
    opened = await (await signed_in("admin-1", locale="en")).new_page()
    await opened.goto(f"{site.url}/")
    yield opened


async def _to(page: Page, section: str) -> None:
    await page.get_by_role("navigation", name="Sections").get_by_role("link", name=section).click()


async def test_where_is_referral_7f3a0000(page: Page) -> None:
    await _to(page, "Referrals")
    await page.get_by_label("Number, its first 8 characters").fill("7f3a0000")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("link", name="7f3a0000").click()
    await expect(page.locator(".custody")).to_contain_text("It is now with Women's Re-employment Center")
    await expect(page.locator(".custody")).to_contain_text("Due")


async def test_why_did_nothing_come_back_from_the_finance_centre(page: Page) -> None:
    await _to(page, "Agencies")
    row = page.locator("tbody tr", has_text="Microfinance Center").first
    await expect(row.get_by_text("6", exact=True)).to_be_visible()
    await expect(row.get_by_text("it does not read")).to_be_visible()


async def test_forty_events_failed_mend_them(
    site: Site, page: Page, welfare: Api, signed_in: SignedIn
) -> None:
    await park_some(welfare, FAILED, "fold.upgraded")
    await _to(page, "Troubles")
    group = page.locator("section.trouble", has_text="fold.upgraded")
    await group.get_by_role("button", name="Prepare a retry").click()
    await expect(page.get_by_text("40 streams are retried")).to_be_visible()
    second = await (await signed_in("operator-2", locale="en")).new_page()
    await second.goto(page.url)
    await second.get_by_role("button", name="Approve").click()
    await page.reload()
    await page.get_by_label("Why, as a code that is kept").fill("fault-repaired")
    async with retrying(welfare):
        await page.get_by_role("button", name="Retry now").click()
        await expect(page.locator(".head .badge")).to_have_text("Done", timeout=90_000)
    assert await parked(welfare, "fold.upgraded") == 0


async def test_was_anything_lost_last_night(page: Page) -> None:
    await _to(page, "Assurance")
    await expect(page.locator(".notice").first).to_contain_text("Nothing is lost as long as it stands here")
    await expect(page.get_by_role("table", name="Streams that are not accounted for")).to_be_visible()


async def test_who_looked_at_what_in_october(site: Site, page: Page) -> None:
    connection = await asyncpg.connect(site.dsn)
    await connection.execute(OCTOBER)
    await connection.close()
    await _to(page, "Audit")
    await page.get_by_label("Month").select_option("2026-10")
    await page.get_by_role("button", name="Show").click()
    row = page.locator("tbody tr", has_text="looked-at-in-october")
    await expect(row).to_contain_text("operator-9")
    assert await page.locator("tbody tr").count() == 1
