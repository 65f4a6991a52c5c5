"""A count that ends at its limit is never shown as the whole, and a list that is full says so."""

import re
from datetime import UTC, datetime

import asyncpg
import pytest
from playwright.async_api import expect

from ieum_console.operations.operation_rows import ITEMS_MAX, LISTED_MAX
from ieum_console.pages.troubles_page import STREAMS_SHOWN
from ieum_console.projection.assurance import ROWS_MAX
from ieum_console.projection.audit_trail import ROWS_MAX as AUDITED_MAX
from ieum_console.projection.contracts import ROWS_MAX as PROGRAMMES_MAX
from ieum_console.projection.overview import OVERDUE_COUNTED_MAX
from ieum_console.projection.unread import UNREAD_COUNTED_MAX
from tests.kit.api.agency_api import Api
from tests.pages.conftest import SignedIn, Site
from tests.pages.parked import park_some

pytestmark = pytest.mark.stack
FULL = ("No more than 200 are shown here.",)
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

REFERRALS = """
insert into referral (id, sender, recipient, requested_at, state, since, ended, holder, due_at, due_clock,
    open_asks, withdrawn_at, erased, reopened, gaps, last_type, last_source, last_at, number)
select gen_random_uuid(), 1, 2, $1, 'withdrawn', $1, true, 2, $1, 'erasure-receipt', 0, $1, n > $2, false, 0,
    1, 1, $1, 1
from generate_series(1, $2::int + $3::int) n
"""
GAPS = """
insert into gap (key, source, recipient, family, first, last, noticed_at)
select gen_random_uuid(), 1, 2, 1, 2, 2, now() from generate_series(1, $1::int)
"""
PROGRAMMES = """
insert into programme (agency, id, published_at) select 1, 'p-' || n, now() from generate_series(1, $1::int) n
"""
OPERATIONS = """
insert into operation (id, act, agency, waits_for, state, prepared_by, prepared_at)
select gen_random_uuid(), 'retry', 'veterans-center', 'fold.many', 'prepared', 'operator-1', now()
from generate_series(1, $1::int)
returning id
"""
ITEMS = """
insert into operation_item (operation, position, agency, stream, referral, peer, sequence, waits_for, key)
select $1, n, 'veterans-center', n::text, gen_random_uuid(), 'yangju/employment-center', 1, 'fold.many',
    gen_random_uuid()
from generate_series(1, $2::int) n
"""
AUDIT = """
insert into audit (number, at, actor, action, target, reason, previous, digest)
select (select max(number) from audit) + n, now(), 'operator-1', 'referral.view', $1, '', '', ''
from generate_series(1, $2::int) n
"""


async def test_counts_and_lists_at_their_limits_say_so(site: Site, welfare: Api, signed_in: SignedIn) -> None:
    page = await (await signed_in("operator-1", locale="en")).new_page()
    connection = await asyncpg.connect(site.dsn)
    await connection.execute(REFERRALS, datetime.now(UTC), ROWS_MAX, OVERDUE_COUNTED_MAX)
    await connection.execute(GAPS, ROWS_MAX)
    await connection.execute(PROGRAMMES, PROGRAMMES_MAX)
    operation = await connection.fetchval(OPERATIONS, LISTED_MAX)
    await connection.execute(ITEMS, operation, ITEMS_MAX)
    await connection.execute(AUDIT, str(site.seeded.referral), AUDITED_MAX)
    await connection.close()
    await park_some(welfare, STREAMS_SHOWN + 1, "fold.many")
    for path, *told in (
        ("/", "10,000 or more", "No more than 20 of each kind"),
        ("/assurance", "200 or more without a receipt, 10,000 or more answered", "200 of each reason", *FULL),
        ("/troubles?agency=city-welfare-team", "100 of 101 are shown", "No more than 50 are shown"),
        ("/contracts", "No more than 1,000 are shown"),
        (f"/operations/{operation}", "No more than 1,000 go into one operation"),
        (f"/referrals/{site.seeded.referral}?tab=audit", *FULL),
    ):
        await page.goto(f"{site.url}{path}")
        for words in told:
            await expect(page.locator("main")).to_contain_text(words)


async def test_where_much_is_unread_its_pairs_are_not_said_to_be_counted(
    site: Site, signed_in: SignedIn
) -> None:
    now, context = datetime.now(UTC), await signed_in("viewer-1", locale="en")
    connection = await asyncpg.connect(site.dsn)
    for statement in (BACKLOG, READING):
        await connection.execute(statement, now, UNREAD_COUNTED_MAX + 1)
    await connection.execute(SAID, UNREAD_COUNTED_MAX + 1)
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
