"""The console is killed in the middle of an operation, at its worst moment: nothing is done twice or lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from ieum_lab.embedded.ports import LOOPBACK, free_port
from services.city_welfare_team.agency import AGENCY as WELFARE
from tests.kit.api.agency_api import Api
from tests.pages.acts import Acts, nothing
from tests.pages.conftest import SignedIn, Site, served
from tests.pages.pages_process import PagesProcess, pages_process
from tests.pages.parked import park_some, parked, skipped

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
ITEMS, KILLED_AT = 15, 6
"""Batches of one, two, four and eight; the sixth is the third one of four."""
TIME_PASSES = "update operation set beat_at = beat_at - interval '1 minute' where state = 'running'"
FINISHED = "select count(result) from operation_item where operation = $1::uuid"
DONE_THERE = "select count(*) from operator_act where act = 'skip' and reason = $1"


@dataclass
class Killable:
    """A console that can be killed, and the agency's API that it acts through.

    A console that is killed answers no page. So the act at which it is killed waits until the page of its
    operation has been `loaded`.
    """

    process: PagesProcess
    acts: Acts
    loaded: asyncio.Event = field(default_factory=asyncio.Event)

    def kill_at(self, act: int) -> None:
        """Kill the console when the agency has done so many acts and has answered one fewer."""

        async def done() -> None:
            if len(self.acts.keys) == act:
                await self.loaded.wait()
                self.process.kill()

        self.acts.done = done

    async def start_operation(self, page: Page) -> None:
        await _start(page, "Skip now")
        self.loaded.set()


@pytest_asyncio.fixture(loop_scope="session")
async def killable(site: Site, welfare: Api, tmp_path: Path) -> AsyncIterator[Killable]:
    acts, port = Acts(welfare.app), free_port()
    with pages_process(site, {WELFARE.id: f"http://{LOOPBACK}:{port}"}, tmp_path) as process:
        async with served(acts, port):
            await process.start()
            yield Killable(process, acts)


async def _prepared(page: Page, url: str, reason: str) -> str:
    await page.goto(f"{url}/troubles?agency={WELFARE.id}")
    await page.locator("section.trouble", has_text=reason).get_by_role("button", name="skip").click()
    await page.wait_for_url("**/operations/*")
    return page.url.rpartition("/")[2]


async def _start(page: Page, button: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=button).click()


async def test_killed_between_an_act_and_its_note_it_goes_on_and_does_nothing_twice(
    site: Site, welfare: Api, signed_in: SignedIn, killable: Killable
) -> None:
    process, acts = killable.process, killable.acts
    await park_some(welfare, ITEMS, "fold.killed")
    context = await signed_in("operator-1", locale="en")
    page = await context.new_page()
    operation = await _prepared(page, process.url, "fold.killed")
    connection = await asyncpg.connect(site.dsn)
    killable.kill_at(KILLED_AT)

    await page.get_by_label("Why, as a code that is kept").fill("power-cut")
    await killable.start_operation(page)
    await expect(page.locator("body.is-stale")).to_be_attached(timeout=30_000)

    assert await skipped(welfare, "power-cut") == KILLED_AT, "the agency has done it"
    assert await connection.fetchval(FINISHED, operation) == KILLED_AT - 1, "and the console has not noted it"
    await process.start()
    await page.goto(f"{process.url}/operations/{operation}")
    await expect(page.get_by_text(f"{KILLED_AT - 1} / {ITEMS}").first).to_be_visible()
    await connection.execute(TIME_PASSES)
    await page.reload()
    await expect(page.get_by_text("The console that ran it is gone")).to_be_visible()
    assert await parked(welfare, "fold.killed") == ITEMS - KILLED_AT, "nothing goes on by itself"

    await _start(page, "Go on")
    await expect(page.locator(".head .badge", has_text="Done")).to_be_visible(timeout=60_000)
    assert await page.locator("tbody .badge", has_text="Went on").count() == ITEMS
    assert await parked(welfare, "fold.killed") == 0
    assert await skipped(welfare, "power-cut") == ITEMS
    async with welfare.database.acquire() as at_agency:
        assert await at_agency.fetchval(DONE_THERE, "power-cut") == ITEMS
    assert (len(acts.keys), len(set(acts.keys))) == (ITEMS + 1, ITEMS)
    assert acts.keys[KILLED_AT] == acts.keys[KILLED_AT - 1], "asked again under the same key"
    await connection.close()


async def test_while_its_runner_may_live_nobody_else_goes_on(
    site: Site, welfare: Api, signed_in: SignedIn, killable: Killable
) -> None:
    process, acts = killable.process, killable.acts
    await park_some(welfare, 3, "fold.alive")
    context = await signed_in("operator-1", locale="en")
    page = await context.new_page()
    operation = await _prepared(page, process.url, "fold.alive")
    killable.kill_at(1)
    await page.get_by_label("Why, as a code that is kept").fill("power-cut-again")
    await killable.start_operation(page)
    await expect(page.locator("body.is-stale")).to_be_attached(timeout=30_000)
    acts.done = nothing

    here = f"{site.url}/operations/{operation}"
    await page.goto(here)
    assert await page.get_by_role("button", name="Go on").filter(visible=True).count() == 0
    headers = {"sec-fetch-site": "same-origin"}
    await page.request.post(here, form={"do": "start", "reason": "another"}, headers=headers)
    assert (len(acts.keys), await skipped(welfare, "another")) == (1, 0)
