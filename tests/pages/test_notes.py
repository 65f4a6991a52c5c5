"""What operators keep for each other and for themselves: notes, filters, an agency's last answer."""

import re
from datetime import UTC, datetime
from importlib.metadata import version

import asyncpg
import pytest
from playwright.async_api import APIResponse, BrowserContext, expect
from prometheus_client import CollectorRegistry, generate_latest

from ieum.observe.metrics import DeliveryMeasures
from ieum.observe.process_measures import ProcessMeasures
from ieum_console.pages.agencies_page import look_of
from services.city_welfare_team.agency import AGENCY as WELFARE
from tests.kit.api.agency_api import Api
from tests.pages.conftest import SignedIn, Site
from tests.pages.parked import park_some
from tests.pages.seeding import HOSTILE

pytestmark = pytest.mark.stack
SAME = {"sec-fetch-site": "same-origin"}
JOURNEY = "select journey from referral where id = $1"
NOTES = "select assignee, note, version, written_by from trouble_note where reason = $1"


async def _post(context: BrowserContext, url: str, **form: str) -> APIResponse:
    return await context.request.post(url, form={**form}, headers=SAME, max_redirects=0)


@pytest.mark.parametrize("relays", [True, False])
def test_what_a_service_says_of_itself_is_read_from_its_metrics(*, relays: bool) -> None:
    registry = CollectorRegistry()
    measures = DeliveryMeasures(registry)
    measures.waiting({"outbox": 1_234, "notice": 7})
    measures.relay(lambda: relays)
    ProcessMeasures(registry)
    said = generate_latest(registry).decode()

    look = look_of("city-job-center", datetime.now(UTC), said, ready=True)

    assert (look.answer, look.outbox_rows, look.relays) == ("ready", 1_234, relays)
    assert look.version == version("ieum-kit")
    older = look_of("city-job-center", datetime.now(UTC), "", ready=False)
    assert (older.answer, older.outbox_rows, older.version, older.relays) == ("not-ready", None, None, None)


async def test_a_note_is_seen_by_all_and_not_overwritten_by_who_has_not_seen_it(
    site: Site, welfare: Api, signed_in: SignedIn
) -> None:
    await park_some(welfare, 2, "fold.noted")
    first = await signed_in("operator-1", locale="en")
    page = await first.new_page()
    await page.goto(f"{site.url}/troubles?agency={WELFARE.id}")
    group = page.locator("section.trouble", has_text="fold.noted")
    await group.get_by_text("Write a note").click()
    await group.get_by_label("Who looks after it").fill("Night shift")
    await group.get_by_label("What is known").fill(f"Repaired at ten {HOSTILE}")
    await group.get_by_role("button", name="Keep").click()
    await expect(group.get_by_text(f"Repaired at ten {HOSTILE}")).to_be_visible()
    await expect(group.get_by_text("Night shift")).to_be_visible()

    other = await signed_in("operator-2", locale="en")
    seen = await (await other.request.get(f"{site.url}/troubles?agency={WELFARE.id}")).text()
    assert "Night shift" in seen
    note = {"agency": WELFARE.id, "reason": "fold.noted", "assignee": "Day shift", "note": "Done"}
    assert (await _post(other, f"{site.url}/troubles/note", **note, version="0")).status == 409
    assert (await _post(other, f"{site.url}/troubles/note", **note, version="1")).status == 303
    assert (await _post(first, f"{site.url}/troubles/note", **note, version="1")).status == 409
    connection = await asyncpg.connect(site.dsn)
    assert [tuple(row) for row in await connection.fetch(NOTES, "fold.noted")] == [
        ("Day shift", "Done", 2, "operator-2")
    ]
    await connection.close()


async def test_who_may_not_act_at_an_agency_writes_no_note_there(site: Site, signed_in: SignedIn) -> None:
    note = {"reason": "fold.x", "assignee": "x", "note": "x", "version": "0"}
    agency = await signed_in("agency-1")
    answer = await _post(agency, f"{site.url}/troubles/note", agency="veterans-center", **note)
    assert answer.status == 403, "an agency's operator, at another agency"
    answer = await _post(agency, f"{site.url}/troubles/note", agency="nowhere", **note)
    assert answer.status == 404


async def test_a_filter_is_kept_for_oneself(site: Site, signed_in: SignedIn) -> None:
    mine = await signed_in("viewer-1", locale="en", java_script_enabled=False)
    page = await mine.new_page()
    await page.goto(f"{site.url}/referrals?agency=veterans-center&state=received&after=x_y")
    await page.get_by_label("Keep this filter under a name").fill("Mine")
    await page.get_by_role("button", name="Keep").click()
    await page.goto(f"{site.url}/referrals")
    await page.get_by_role("link", name="Mine").click()
    assert page.url == f"{site.url}/referrals?agency=veterans-center&state=received"
    assert await page.locator("#state").input_value() == "received"
    others = await (await (await signed_in("operator-1")).request.get(f"{site.url}/referrals")).text()
    assert ">Mine<" not in others
    await page.get_by_role("button", name="Forget Mine").click()
    await page.goto(f"{site.url}/referrals")
    assert await page.get_by_role("link", name="Mine").count() == 0


async def test_a_journey_that_was_searched_for_is_kept_whole(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    connection = await asyncpg.connect(site.dsn)
    journey = await connection.fetchval(JOURNEY, site.seeded.referral)
    await connection.close()
    await page.goto(f"{site.url}/referrals?q={journey}&state=closed")
    found = await page.locator("tbody").inner_text()
    await page.get_by_label("Keep this filter under a name").fill("One journey")
    await page.get_by_role("button", name="Keep").click()
    await page.wait_for_url(f"{site.url}/referrals?journey={journey}")
    assert await page.locator("tbody").inner_text() == found
    await page.get_by_role("button", name="Forget One journey").click()


async def test_filters_have_limits_and_lead_nowhere_else(site: Site, signed_in: SignedIn) -> None:
    context, url = await signed_in("auditor-1", locale="en"), f"{site.url}/referrals/saved"
    assert (await _post(context, url, name="", query="state=received")).status == 400
    assert (await _post(context, url, name="x", query="next=//evil.test")).status == 400
    answer = await _post(context, url, name="0", query=f"agency={HOSTILE}&next=//evil.test")
    assert answer.headers["location"].startswith("/referrals?agency=%3Cscript")
    for number in range(1, 20):
        assert (await _post(context, url, name=str(number), query="overdue=1")).status == 303
    assert (await _post(context, url, name="one more", query="overdue=1")).status == 409
    assert (await _post(context, url, name="0", query="overdue=1")).status == 303, "in place of its own name"


async def test_an_agencys_answer_is_kept_with_its_time(site: Site, welfare: Api, signed_in: SignedIn) -> None:
    context = await signed_in("operator-1", locale="en")
    page = await context.new_page()
    await page.goto(f"{site.url}/agencies")
    await page.get_by_role("button", name="Test Veterans").click()
    await expect(page.locator(".notice", has_text="does not answer")).to_be_visible()
    await page.get_by_role("button", name="Test City Welfare").click()
    notice = page.locator(".notice", has_text="is ready")
    await expect(notice).to_contain_text(re.compile(r"Asked .*\d\d:\d\d:\d\d"))
    row = page.locator("tbody tr", has_text=WELFARE.id).first
    await expect(row.get_by_text("ready", exact=True)).to_be_visible()
