"""Pages, forms and files that somebody else has written, or would like to: refused or inert."""

import asyncio
import json

import httpx
import pytest
from playwright.async_api import expect

from ieum.web.page_security import CONTENT_SECURITY_POLICY
from tests.pages.conftest import SignedIn, Site
from tests.pages.seeding import HOSTILE

pytestmark = pytest.mark.stack


async def test_a_form_of_another_site_changes_nothing(site: Site, signed_in: SignedIn) -> None:
    context = await signed_in("operator-1")
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http" + "://evil.test"},
        {"origin": "null"},
        {},
    ):
        answer = await context.request.post(f"{site.url}/sign-out", headers=headers, max_redirects=0)
        assert answer.status == 403, headers
    assert (await context.request.get(f"{site.url}/me", max_redirects=0)).status == 200


async def test_another_host_and_another_sites_picture_are_refused(site: Site) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        other = await client.get(f"{site.url}/", headers={"host": "evil.test"})
        assert other.status_code == 421
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
        assert (await client.get(f"{site.url}/", headers=headers)).status_code == 403
        link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert (await client.get(f"{site.url}/", headers=link)).status_code == 303


async def test_every_answer_has_its_security_headers(site: Site, signed_in: SignedIn) -> None:
    context = await signed_in("operator-1")
    for path in ("/", "/referrals.csv", "/none", "/sign-in", "/signed-out"):
        answer = await context.request.get(f"{site.url}{path}", max_redirects=0)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"


async def test_no_other_page_can_frame_it(site: Site, signed_in: SignedIn) -> None:
    context = await signed_in("operator-1")
    page = await context.new_page()
    await page.goto(site.issuer.url + "/keys")
    await page.evaluate(
        "url => { const f = document.createElement('iframe'); f.src = url; document.body.append(f); }",
        site.url,
    )
    await asyncio.sleep(1)
    frame = page.frames[-1]
    assert await frame.locator("h1").count() == 0


async def test_markup_from_outside_is_text(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("admin-1", locale="en")).new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await page.goto(f"{site.url}/agencies")
    await expect(page.locator("tbody").first).to_contain_text(HOSTILE)
    await page.goto(f"{site.url}/contracts")
    await expect(page.get_by_text(f"urn:{HOSTILE}").first).to_be_visible()
    for path in ("/referrals?q=", "/audit?actor=", "/referrals?agency=", "/troubles?key="):
        await page.goto(f"{site.url}{path}{HOSTILE}%22%3E{HOSTILE}")
        assert await page.locator("main script").count() == 0
    assert dialogs == []


async def test_no_cell_of_a_file_is_a_formula(site: Site, signed_in: SignedIn) -> None:
    context = await signed_in("admin-1")
    await context.request.get(f"{site.url}/referrals?agency=%3Dcmd%7C' /C calc'!A0")
    same = {"sec-fetch-site": "same-origin"}
    form: dict[str, str | float | bool] = {"month": "2026-01", "note": "=HYPERLINK(1)"}
    await context.request.post(f"{site.url}/audit/review", form=form, headers=same)
    for path in ("/audit.csv", "/referrals.csv", "/agencies.csv", "/contracts.csv", "/assurance.csv"):
        answer = await context.request.get(f"{site.url}{path}")
        text = await answer.text()
        assert answer.status == 200
        assert text.count("\n") > 1, path
        cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))], path
    assert "'=HYPERLINK(1)" in await (await context.request.get(f"{site.url}/audit.csv")).text()


async def test_a_bundle_is_whole_and_says_when_it_was_made(site: Site, signed_in: SignedIn) -> None:
    context = await signed_in("viewer-1")
    answer = await context.request.get(f"{site.url}/referrals/{site.seeded.gapped}/bundle.json")
    bundle = json.loads(await answer.text())
    assert bundle["as_of"]
    assert bundle["referral"]["head"]["id"] == str(site.seeded.gapped)
    assert len(bundle["referral"]["steps"]) == 5


EDGES = (
    *("/audit?month=9999-12", "/audit?month=0001-01", "/audit?actor=%00", "/audit.csv?month=9999-12"),
    *("/referrals?agency=%00", "/referrals.csv?q=%00", "/troubles?agency=%00"),
    "/referrals?after=0001-01-01T00:00:00%2B14:00_00000000-0000-7000-8000-000000000001",
)


async def test_what_no_calendar_and_no_database_takes_is_no_fault_of_ours(
    site: Site, signed_in: SignedIn
) -> None:
    context = await signed_in("admin-1")
    for path in EDGES:
        answer = await context.request.get(f"{site.url}{path}")
        assert answer.status == 200, path
