"""A key of a stream may be that of an inquiry: a link where a referral is known, else none."""

from uuid import uuid4

import asyncpg
import pytest
from playwright.async_api import Page, expect

from tests.kit.api.agency_api import Api
from tests.pages.conftest import SignedIn, Site
from tests.pages.parked import park_some

pytestmark = pytest.mark.stack
GAP = """
insert into gap (key, source, recipient, family, first, last, noticed_at) values ($1, 1, 2, 2, 1, 1, now())
"""
LINKS = """() => [...document.querySelectorAll('main a[href^="/referrals/"]')].map(each => each.pathname)"""


async def _lead_somewhere(page: Page, site: Site) -> None:
    for path in sorted(set(await page.evaluate(LINKS))):
        assert (await page.request.get(f"{site.url}{path}")).status == 200, path


async def test_a_key_of_no_known_referral_is_shown_and_is_no_link(
    site: Site, welfare: Api, signed_in: SignedIn
) -> None:
    connection, missing = await asyncpg.connect(site.dsn), uuid4()
    await connection.execute(GAP, missing)
    await connection.close()
    (waiting,) = await park_some(welfare, 1, "fold.inquiry")
    page = await (await signed_in("operator-1", locale="en")).new_page()
    troubles = "/troubles?agency=city-welfare-team"
    for path, key in (("/", missing), ("/assurance", missing), (troubles, waiting)):
        await page.goto(f"{site.url}{path}")
        await expect(page.locator("main code", has_text=str(key)[:8])).to_be_attached()
        await _lead_somewhere(page, site)
    await page.get_by_role("button", name="retry").click()
    await page.wait_for_url("**/operations/*")
    await expect(page.locator("main code", has_text=str(waiting)[:8])).to_be_visible()
    await _lead_somewhere(page, site)
    await page.goto(f"{site.url}/")
    await page.get_by_role("link", name=f"See the accounts {str(missing)[:8]}").click()
    await page.wait_for_url("**/assurance")


async def test_a_key_of_a_known_referral_is_a_link(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/assurance")
    await page.locator("main").get_by_role("link", name=str(site.seeded.gapped)[:8]).first.click()
    await page.wait_for_url(f"**/referrals/{site.seeded.gapped}")
