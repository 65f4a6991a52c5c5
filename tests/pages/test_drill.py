"""A day without an agency: played, taken along as a file, and signed, with and without scripts."""

import csv
from io import StringIO

import asyncpg
import pytest
from playwright.async_api import Page, expect

from ieum_console.projection.audit import verify_audit
from tests.pages.conftest import SignedIn, Site
from tests.pages.seeded_month import played

pytestmark = pytest.mark.stack
AGENCY = "city-welfare-team"
SIGNED = "select actor, target, reason from audit where action = 'drill.signed' order by number"


def _address(site: Site) -> str:
    return f"{site.url}/drill?agency={AGENCY}&day={site.seeded.day}"


async def _play(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/")
    await page.get_by_role("navigation", name="Sections").get_by_role("link", name="Away for a day").click()
    await expect(page.get_by_text("No day has been played yet")).to_be_visible()
    await page.get_by_label("Agency that is away").select_option(AGENCY)
    await page.get_by_label("On this day").select_option(str(site.seeded.day))
    await page.get_by_role("button", name="Play the day").click()


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_day_is_played(site: Site, signed_in: SignedIn, *, scripts: bool) -> None:
    page = await (await signed_in("viewer-1", locale="en", java_script_enabled=scripts)).new_page()
    await _play(page, site)
    assert page.url == _address(site)
    await expect(page.locator(".custody")).to_contain_text(
        "3 referrals are delayed, and 2 of them become late"
    )
    phone = page.get_by_role("table", name="Whom to phone").locator("tbody tr")
    rows = [(await row.locator("th, td").all_inner_texts())[:3] for row in await phone.all()]
    assert rows == [["Employment Center", "2", "2"], ["Microfinance Center", "1", "0"]]
    late = page.get_by_role("table", name="What would be late").locator("tbody tr")
    assert await late.count() == 2
    await expect(late.first).to_contain_text("late by it")
    elsewhere = page.get_by_role("table", name="What could go elsewhere")
    await expect(elsewhere.locator("li").first).to_contain_text("Employment Center: Job-seeking benefit")
    await expect(page.get_by_text("Nobody else in this centre serves the needs of")).to_be_visible()
    await expect(page.locator(".custody")).to_contain_text("after 9 hours of business hours")
    await expect(page.get_by_text("events of the last 30 days, 3 referrals played again")).to_be_visible()
    await expect(page.get_by_text("Headers only.")).to_be_visible()


async def test_the_same_as_a_file(site: Site, signed_in: SignedIn) -> None:
    context = await signed_in("viewer-1")
    answer = await context.request.get(_address(site).replace("/drill?", "/drill.csv?"))
    rows = list(csv.DictReader(StringIO(await answer.text())))
    assert [(each["waits_for_it"], each["clock"], each["late_anyway"]) for each in rows] == [
        ("employment-center", "decision", "no"),
        ("employment-center", "decision", "no"),
    ]
    assert {each["referral"][:4] for each in rows} == {str(played(0))[:4]}
    assert all(each["would_be_at"] > each["due_at"] for each in rows)


@pytest.mark.parametrize(
    "asked",
    [
        "agency=nobody&day=2026-01-01",
        f"agency={AGENCY}",
        f"agency={AGENCY}&day=2099-01-01",
        "day=x&agency=%3Cb%3E",
    ],
)
async def test_what_cannot_be_played_is_not_played(site: Site, signed_in: SignedIn, asked: str) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    answer = await page.goto(f"{site.url}/drill?{asked}")
    assert answer is not None
    assert answer.status == 200
    await expect(page.get_by_text("No day has been played yet")).to_be_visible()
    await expect(page.get_by_role("button", name="Sign this drill")).to_be_disabled()


async def test_an_auditor_signs_what_was_played(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("auditor-1", locale="en", java_script_enabled=False)).new_page()
    await _play(page, site)
    await page.get_by_label("What was found").fill("=everybody was reached")
    await page.get_by_role("button", name="Sign this drill").click()
    await expect(page.locator(".signed li").first).to_contain_text("=everybody was reached")
    connection = await asyncpg.connect(site.dsn)
    signed = await connection.fetch(SIGNED)
    whole = await verify_audit(connection)
    await connection.close()
    month = await page.locator(".signed strong").first.inner_text()
    came_to = f"{AGENCY} {site.seeded.day}: 2 late, 3 delayed. =everybody was reached"
    assert [tuple(row) for row in signed] == [("auditor-1", f"drill {month}", came_to)]
    assert whole.broken_at is None


async def test_who_may_not_sign_sees_why_and_nothing_is_signed_that_was_not_played(
    site: Site, signed_in: SignedIn
) -> None:
    context = await signed_in("operator-1", locale="en")
    page = await context.new_page()
    await page.goto(_address(site))
    await expect(page.get_by_role("button", name="Sign this drill")).to_be_disabled()
    await expect(page.get_by_text("Signing asks for the role of an auditor")).to_be_visible()
    same, form = {"sec-fetch-site": "same-origin"}, {"agency": AGENCY, "day": str(site.seeded.day)}
    answer = await context.request.post(f"{site.url}/drill/sign", form={**form}, headers=same)
    assert answer.status == 403
    auditor = await signed_in("auditor-1")
    for wrong in (
        {},
        {"agency": AGENCY},
        {"agency": AGENCY, "day": "2099-01-01"},
        {"agency": "veterans-center"},
    ):
        answer = await auditor.request.post(f"{site.url}/drill/sign", form={**wrong}, headers=same)
        assert answer.status == 400, wrong
