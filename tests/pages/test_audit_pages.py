"""The audit is read page by page: the next page is offered where there is one, and holds what is left."""

import asyncpg
import pytest

from ieum_console.projection.audit import PAGE_ROWS
from tests.pages.conftest import SignedIn, Site

pytestmark = pytest.mark.stack
ACTS = """
insert into audit (number, at, actor, action, target, reason, previous, digest)
select (select max(number) from audit) + n, now(), 'reader-1', 'referral.view', '', '', '', ''
from generate_series(1, $1::int) n
"""


async def test_older_entries_are_offered_where_there_are_any(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("auditor-1", locale="en")).new_page()
    connection = await asyncpg.connect(site.dsn)
    await connection.execute(ACTS, PAGE_ROWS)
    await page.goto(f"{site.url}/audit?actor=reader-1")
    older = page.get_by_role("link", name="Older entries")
    assert (await page.locator("tbody tr").count(), await older.count()) == (PAGE_ROWS, 0)
    await connection.execute(ACTS, 1)
    await connection.close()
    await page.reload()
    assert await page.locator("tbody tr").count() == PAGE_ROWS
    await older.click()
    await page.wait_for_url("**before=*")
    assert (await page.locator("tbody tr").count(), await older.count()) == (1, 0)
