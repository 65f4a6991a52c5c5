"""A page that is open stays true: it hears what changes, says when it hears nothing, and goes on."""

import asyncio
import time

import asyncpg
import httpx
import pytest
from playwright.async_api import expect

from tests.pages.conftest import SignedIn, Site

pytestmark = pytest.mark.stack
CHANGE = "insert into change (number, source, recipient, records, at) values ($1, 1, 2, $2, now())"
NUMBER = "update projector set number = $1 where id = 1"
AWAY = "update projector set kafka_away_since = now() where id = 1"
BACK = "update projector set kafka_away_since = null, checked_at = now() where id = 1"


async def test_a_page_says_that_it_is_stale_when_the_server_is_gone_and_goes_on(
    site: Site, signed_in: SignedIn
) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/referrals")
    await expect(page.locator("[data-live-words]")).to_contain_text("Live")
    await asyncio.sleep(1.5)
    await site.stop()
    begun = time.monotonic()
    await expect(page.locator("body.is-stale")).to_be_attached(timeout=5_000)
    await expect(page.get_by_text("Not live")).to_be_visible()
    assert time.monotonic() - begun < 5
    await site.start()
    await expect(page.locator("body.is-stale")).not_to_be_attached(timeout=15_000)


async def test_a_new_event_is_announced_and_nothing_moves(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/referrals")
    rows = await page.locator("tbody").inner_text()
    connection = await asyncpg.connect(site.dsn)
    await connection.execute(CHANGE, 41, 5)
    await connection.execute(NUMBER, 41)
    await connection.close()
    await expect(page.locator("[data-live-news]")).to_contain_text("5", timeout=15_000)
    assert await page.locator("tbody").inner_text() == rows


async def test_a_stream_goes_on_after_the_last_number_that_was_read(site: Site, signed_in: SignedIn) -> None:
    context = await signed_in("viewer-1")
    cookies = {each["name"]: each["value"] for each in await context.cookies()}
    connection = await asyncpg.connect(site.dsn)
    for number in range(50, 53):
        await connection.execute(CHANGE, number, 1)
    async with httpx.AsyncClient(base_url=site.url, cookies=cookies, trust_env=False) as client:
        assert await _first(client, {"last-event-id": "50"}) == ("change", "52", 2)
        await connection.execute(CHANGE, 53, 7)
        assert await _first(client, {"last-event-id": "52"}) == ("change", "53", 7)
        assert (await _first(client, {"last-event-id": "53"}))[0] == "pulse"
    await connection.close()


async def test_kafka_away_is_said_with_what_is_safe(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    connection = await asyncpg.connect(site.dsn)
    await connection.execute(AWAY)
    try:
        for path in ("/", "/referrals", "/agencies", "/assurance"):
            await page.goto(f"{site.url}{path}")
            await expect(page.locator(".notice", has_text="Kafka does not answer")).to_contain_text(
                "nothing is lost"
            )
            await expect(page.get_by_text("Not live")).to_be_visible()
    finally:
        await connection.execute(BACK)
        await connection.close()


async def _first(client: httpx.AsyncClient, headers: dict[str, str]) -> tuple[str, str, int]:
    """Return the first message of a stream: kind, id, records."""
    kind, number = "", ""
    async with client.stream("GET", "/live", headers=headers) as stream:
        async for line in stream.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                number = value
            elif name == "data":
                records = value.partition('"records":')[2].partition(",")[0]
                return kind, number, int(records or 0)
    raise AssertionError("the stream ended")
