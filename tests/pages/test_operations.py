"""What waits is retried or skipped as an operation: frozen, one first, stopped by itself, never twice."""

import asyncio
import re

import asyncpg
import pytest
from playwright.async_api import Page, expect

from tests.kit.api.agency_api import Api
from tests.pages.conftest import SignedIn, Site
from tests.pages.parked import park_some, parked, skipped

pytestmark = pytest.mark.stack
WAIT_MS = 30_000
ACTS = "select action from audit where target = $1 order by number"


async def _prepared(page: Page, site: Site, reason: str, act: str) -> str:
    """Go from the troubles page to an operation without a mouse; returns its address."""
    await page.goto(f"{site.url}/troubles?agency=city-welfare-team")
    group = page.locator("section.trouble", has_text=reason)
    button = group.get_by_role("button", name="retry" if act == "retry" else "skip")
    await button.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/operations/*")
    return page.url


async def _start(page: Page, why: str) -> None:
    await page.get_by_label("Why, as a code that is kept").focus()
    await page.keyboard.type(why)
    await page.keyboard.press("Tab")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def _ended(page: Page, words: str) -> None:
    for _ in range(60):
        await page.reload()
        if await page.locator(".head .badge").inner_text() == words:
            return
        await asyncio.sleep(0.5)
    raise AssertionError(await page.locator("main").inner_text())


async def test_a_skip_is_prepared_seen_and_done_by_keyboard_without_scripts(
    site: Site, welfare: Api, signed_in: SignedIn
) -> None:
    await park_some(welfare, 3, "fold.skipped")
    context = await signed_in("operator-1", locale="en", java_script_enabled=False)
    page = await context.new_page()
    await _prepared(page, site, "fold.skipped", "skip")
    assert await page.get_by_text("would be done").count() == 3
    assert await parked(welfare, "fold.skipped") == 3, "nothing is done before it is started"
    await park_some(welfare, 1, "fold.skipped")
    await _start(page, "sender-agreed")
    await _ended(page, "Done")
    assert await page.get_by_text("Went on").count() >= 3
    assert await parked(welfare, "fold.skipped") == 1, "what came later is not included"
    assert await skipped(welfare, "sender-agreed") == 3
    connection = await asyncpg.connect(site.dsn)
    acts = [row["action"] for row in await connection.fetch(ACTS, page.url.rpartition("/")[2])]
    await connection.close()
    assert acts == ["operation.prepare-skip", "operation.start"]


async def test_a_retry_whose_first_one_waits_again_stops_and_touches_no_other(
    site: Site, welfare: Api, signed_in: SignedIn
) -> None:
    await park_some(welfare, 4, "fold.again")
    page = await (await signed_in("operator-1", locale="en")).new_page()
    await _prepared(page, site, "fold.again", "retry")
    await _start(page, "fault-repaired")
    await _ended(page, "Stopped")
    await expect(page.get_by_text("the cause is still there")).to_be_visible()
    assert await page.locator("tbody .badge", has_text="Waits again").count() == 1
    assert await page.locator("tbody .badge", has_text="would be done").count() == 3
    async with page.expect_navigation():
        await page.get_by_role("button", name="Abort").click()
    await _ended(page, "Aborted")


ACTED_AND_KILLED = """
update operation_item set result = 'applied', at = now(), is_open = false
where operation = $1::uuid and position <= 2
"""
LEFT = "update operation set state = 'paused', reason = 'fault-repaired' where id = $1::uuid"


async def test_what_an_interrupted_run_has_done_is_looked_at_before_anything_else_is_done(
    site: Site, welfare: Api, signed_in: SignedIn
) -> None:
    await park_some(welfare, 5, "fold.unlooked")
    page = await (await signed_in("operator-1", locale="en")).new_page()
    operation = (await _prepared(page, site, "fold.unlooked", "retry")).rpartition("/")[2]
    connection = await asyncpg.connect(site.dsn)
    for statement in (ACTED_AND_KILLED, LEFT):
        await connection.execute(statement, operation)
    await connection.close()
    await page.reload()
    async with page.expect_navigation():
        await page.get_by_role("button", name="Go on").click()
    await _ended(page, "Stopped")
    await expect(page.get_by_text("the cause is still there")).to_be_visible()
    assert await page.locator("tbody .badge", has_text="Waits again").count() == 2
    assert await page.locator("tbody .badge", has_text="would be done").count() == 3


async def test_a_reason_that_is_no_code_is_refused_beside_its_field(
    site: Site, welfare: Api, signed_in: SignedIn
) -> None:
    await park_some(welfare, 1, "fold.refused")
    page = await (await signed_in("operator-1", locale="en")).new_page()
    await _prepared(page, site, "fold.refused", "retry")
    await _start(page, "Not a code")
    field = page.get_by_label("Why, as a code that is kept")
    await expect(field).to_have_accessible_description(re.compile("The reason is a code"))
    await expect(field).to_have_attribute("aria-invalid", "true")


async def test_who_prepares_what_another_has_prepared_is_led_to_that_and_told_so(
    site: Site, welfare: Api, signed_in: SignedIn
) -> None:
    await park_some(welfare, 2, "fold.both")
    first = await (await signed_in("operator-1", locale="en")).new_page()
    second = await (await signed_in("operator-2", locale="en")).new_page()
    address = await _prepared(first, site, "fold.both", "skip")
    assert await first.get_by_text("Nothing new was prepared").count() == 0
    assert await _prepared(second, site, "fold.both", "retry") == f"{address}?held=1"
    await expect(second.get_by_role("heading", level=1)).to_contain_text("Skip")
    await expect(second.get_by_text("is in this operation already")).to_be_visible()
    await _start(first, "sender-agreed-one")
    await _ended(second, "Done")
    assert await skipped(welfare, "sender-agreed-one") == 2


async def test_many_at_once_ask_for_a_second_person(site: Site, welfare: Api, signed_in: SignedIn) -> None:
    await park_some(welfare, 21, "fold.many")
    page = await (await signed_in("operator-1", locale="en")).new_page()
    address = await _prepared(page, site, "fold.many", "skip")
    assert await page.get_by_role("button", name="Approve").is_disabled()
    assert await page.get_by_role("button", name="Skip now").count() == 0
    headers = {"sec-fetch-site": "same-origin"}
    pressed = await page.request.post(address, form={"do": "start", "reason": "x"}, headers=headers)
    assert pressed.status == 403, "not by a hand-made form either"
    await page.request.post(address, form={"do": "approve"}, headers=headers)
    await page.reload()
    assert await page.get_by_role("button", name="Skip now").count() == 0
    other = await (await signed_in("operator-2", locale="en")).new_page()
    await other.goto(address)
    await other.get_by_role("button", name="Approve").click()
    await expect(other.get_by_role("button", name="Skip now")).to_be_enabled()
    await other.get_by_role("button", name="Abort").click()
    assert await parked(welfare, "fold.many") == 21


async def test_who_may_not_act_sees_why(site: Site, welfare: Api, signed_in: SignedIn) -> None:
    await park_some(welfare, 1, "fold.viewed")
    page = await (await signed_in("auditor-1", locale="en")).new_page()
    await page.goto(f"{site.url}/troubles?agency=city-welfare-team")
    group = page.locator("section.trouble", has_text="fold.viewed")
    await expect(group.get_by_role("button", name="retry")).to_be_disabled()
    await expect(group.get_by_text("asks for the role of an operator")).to_be_visible()
