"""A count that ends at its limit is never shown as the whole, and a list that is full says so."""

import re
from datetime import UTC, datetime

import asyncpg
import pytest
from playwright.async_api import expect

from ieum_console.projection.assurance import UNHEARD_MAX
from tests.pages.conftest import SignedIn, Site

pytestmark = pytest.mark.stack
TO_MICROFINANCE = re.compile("to.*Microfinance")
BACKLOG = """
insert into step (
    key, source, recipient, family, sequence, event_id, type, said_at, sent_at, partition, "offset"
)
select gen_random_uuid(), 1, 3, 1, 1, gen_random_uuid(), 1, $1, $1, 5, n
from generate_series(1, $2::bigint) n
"""
SAID = "update edge set events = events + $1 where source = 1 and recipient = 3"
READING = """
insert into reading (recipient, family, partition, next_offset, end_offset, observed_at)
values (3, 1, 5, 1, $2, $1)
"""


async def test_where_much_is_unread_its_pairs_are_not_said_to_be_counted(
    site: Site, signed_in: SignedIn
) -> None:
    now, context = datetime.now(UTC), await signed_in("viewer-1", locale="en")
    connection = await asyncpg.connect(site.dsn)
    for statement in (BACKLOG, READING):
        await connection.execute(statement, now, UNHEARD_MAX + 1)
    await connection.execute(SAID, UNHEARD_MAX + 1)
    await connection.close()
    page = await context.new_page()
    await page.goto(f"{site.url}/assurance")
    pairs = page.get_by_role("table", name="Accounts of the pairs").locator("tbody tr")
    said_much = pairs.filter(has_text=TO_MICROFINANCE).filter(has_text="Employment")
    await expect(said_much).to_contain_text("at least 2,001 under way")
    await expect(said_much).to_contain_text("at most 4")
    said_little = pairs.filter(has_text=TO_MICROFINANCE).filter(has_text="Veterans")
    await expect(said_little).to_contain_text("not counted: too much is unread")
    await page.goto(f"{site.url}/agencies")
    edges = page.get_by_role("table", name="Edges").locator("tbody tr")
    await expect(edges.filter(has_text=TO_MICROFINANCE).filter(has_text="Employment")).to_contain_text(
        "at least 2,001"
    )
    rows = await (await context.request.get(f"{site.url}/assurance.csv")).text()
    assert re.search(r"veterans-center,microfinance-center,\d+,\d+,yes,", rows)
