"""A file holds what the page shows from which it was downloaded."""

import csv
import io

import asyncpg
import pytest
from playwright.async_api import BrowserContext

from tests.pages.conftest import SignedIn, Site

pytestmark = pytest.mark.stack
JOURNEY = "select journey from referral_row where id = $1"
OF_JOURNEY = "select count(*) from referral_row where journey = $1"


async def _rows(context: BrowserContext, address: str) -> list[dict[str, str]]:
    answer = await context.request.get(address)
    assert answer.status == 200
    return [*csv.DictReader(io.StringIO((await answer.text()).lstrip("\ufeff")))]


async def test_the_audit_of_one_person_is_downloaded_alone(site: Site, signed_in: SignedIn) -> None:
    context, other = await signed_in("admin-1"), await signed_in("auditor-1")
    for each in (context, other):
        await each.request.get(f"{site.url}/referrals?state=closed")
    rows = await _rows(context, f"{site.url}/audit.csv?actor=auditor-1")
    assert {row["actor"] for row in rows} == {"auditor-1"}
    assert {row["actor"] for row in await _rows(context, f"{site.url}/audit.csv")} >= {"auditor-1", "admin-1"}


async def test_the_referrals_of_a_journey_are_downloaded_by_its_number(
    site: Site, signed_in: SignedIn
) -> None:
    connection = await asyncpg.connect(site.dsn)
    journey = await connection.fetchval(JOURNEY, site.seeded.referral)
    count = await connection.fetchval(OF_JOURNEY, journey)
    await connection.close()
    context = await signed_in("admin-1")
    rows = await _rows(context, f"{site.url}/referrals.csv?q={journey}")
    assert count > 0
    assert [row["journey"] for row in rows] == [str(journey)] * count
