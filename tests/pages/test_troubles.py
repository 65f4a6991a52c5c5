"""What waits is seen however much was refused before it; the page tells when it does not show all."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from ieum_console.operations.agency_api import PAGE, PAGES_MAX
from tests.kit.api.agency_api import Api
from tests.pages.conftest import SignedIn, Site
from tests.pages.parked import park_some

pytestmark = pytest.mark.stack
LISTED_MAX = PAGE * PAGES_MAX
REFUSED = """
insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, fate, reason)
select $1, $2, 1, false, n, gen_random_uuid(), 'x.y.v1', now(), '', '', 'refused', 'body.invalid'
from generate_series(1, $3::bigint) n
"""
STOPPED = """
insert into stream (key, peer, family, said, heard, stopped)
select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 1, 0, 0, 'restored.behind'
from generate_series(1, $2::int) n
"""
GO_ON = "update stream set stopped = null where stopped = 'restored.behind'"


async def test_what_waits_is_seen_behind_all_that_was_refused(
    site: Site, welfare: Api, signed_in: SignedIn
) -> None:
    peer = welfare.api_context.delivery.peers.number(welfare.peer)
    async with welfare.database.acquire() as connection:
        await connection.execute(REFUSED, UUID(int=1), peer, LISTED_MAX + 1)
    await park_some(welfare, 1, "fold.newest")
    page = await (await signed_in("operator-1", locale="en")).new_page()
    await page.goto(f"{site.url}/troubles?agency=city-welfare-team")
    await expect(page.locator("section.trouble", has_text="fold.newest")).to_be_visible()
    await expect(page.get_by_text("than is shown")).to_have_count(0)


async def test_a_list_that_is_cut_says_so_and_why_its_streams_are_stopped(
    site: Site, welfare: Api, signed_in: SignedIn
) -> None:
    peer = welfare.api_context.delivery.peers.number(welfare.peer)
    async with welfare.database.acquire() as connection:
        await connection.execute(STOPPED, peer, LISTED_MAX + 1)
    await park_some(welfare, 1, "fold.beside")
    page = await (await signed_in("operator-1", locale="en")).new_page()
    await page.goto(f"{site.url}/troubles?agency=city-welfare-team")
    await expect(page.get_by_text("than is shown")).to_be_visible()
    await expect(page.locator("section.trouble", has_text="fold.beside")).to_be_visible()
    group = page.locator("section.trouble", has_text="restored.behind")
    await expect(group.get_by_text("stopped: the agency was restored")).to_be_visible()
    await expect(group.get_by_text("Follow the runbook for a restore")).to_be_visible()
    async with welfare.database.acquire() as connection:
        await connection.execute(GO_ON)
