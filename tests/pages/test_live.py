"""A page that is open stays true: it hears what changes, says when it hears nothing, and goes on."""

import asyncio
import re
import time

import asyncpg
import httpx
import pytest
from playwright.async_api import expect

from tests.pages.conftest import SignedIn, Site

pytestmark = [pytest.mark.stack, pytest.mark.quiet]
CHANGE = "insert into change (number, source, recipient, records, at) values ($1, 1, 2, $2, now())"
NUMBER = "update projector set number = $1 where id = 1"


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
    assert re.fullmatch(r"as of .+", await page.locator("[data-live-words]").inner_text())
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


async def test_an_open_page_says_that_the_session_has_ended_and_asks_nothing_more(
    site: Site, signed_in: SignedIn
) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/referrals?state=received")
    await expect(page.locator("[data-live-words]")).to_contain_text("Live")
    connection = await asyncpg.connect(site.dsn)
    await connection.execute("delete from web_session")
    await connection.close()
    await expect(page.locator("[data-live-words]")).to_have_text("Your session has ended", timeout=10_000)
    await expect(page.locator("body.is-stale")).to_be_attached()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await asyncio.sleep(3)
    assert asked == []
    async with page.expect_request(re.compile(r"/sign-in\?")):
        await page.get_by_role("link", name="Sign in again").click()


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


HEARD = """() => {
  globalThis.heard = [];
  document.addEventListener("ieum:change", ({ detail: { number, records } }) =>
    globalThis.heard.push([number, records]));
}"""
FORGET = "delete from change"


async def test_killed_and_started_again_a_page_hears_everything_once(site: Site, signed_in: SignedIn) -> None:
    """Each change counts another power of two, so a sum tells which were heard, and how often."""
    connection = await asyncpg.connect(site.dsn)
    await connection.execute(NUMBER, 60)
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/live" in request.url else None)
    await page.goto(f"{site.url}/referrals")
    await page.evaluate(HEARD)
    assert await page.locator("[data-live-status]").get_attribute("data-number") == "60"
    for round_of, stops in ((0, True), (1, True), (2, False)):
        for number in range(61 + 6 * round_of, 64 + 6 * round_of):
            await _say(connection, number)
            await asyncio.sleep(0.4)
        if stops:
            await asyncio.sleep(1.2)
            await site.stop()
            for number in range(64 + 6 * round_of, 67 + 6 * round_of):
                await _say(connection, number)
            await expect(page.locator("body.is-stale")).to_be_attached(timeout=5_000)
            await expect(page.locator("[data-live-words]")).to_have_text(re.compile(r"as of \d"))
            await site.start()
            await expect(page.locator("body.is-stale")).not_to_be_attached(timeout=15_000)
    last = 63 + 6 * 2
    await expect(page.locator(f'[data-number="{last}"]')).to_be_attached(timeout=15_000)
    heard = await page.evaluate("globalThis.heard")
    numbers = [number for number, _ in heard]
    assert numbers == sorted(set(numbers)), "no id comes twice"
    assert numbers[-1] == last
    assert sum(records for _, records in heard) == sum(2 ** (n - 61) for n in range(61, last + 1))
    assert len(asked) >= 3, "it asked anew after each kill"
    await connection.close()


async def test_who_was_away_for_longer_than_changes_are_kept_is_told_so(
    site: Site, signed_in: SignedIn
) -> None:
    context = await signed_in("viewer-1", locale="en")
    connection = await asyncpg.connect(site.dsn)
    await connection.execute(FORGET)
    await connection.execute(NUMBER, 400)
    cookies = {each["name"]: each["value"] for each in await context.cookies()}
    async with httpx.AsyncClient(base_url=site.url, cookies=cookies, trust_env=False) as client:
        assert await _first(client, {"last-event-id": "399"}) == ("change", "400", 0)
        assert (await _first(client, {"last-event-id": "400"}))[0] == "pulse"
    page = await context.new_page()
    await page.goto(f"{site.url}/referrals")
    await page.get_by_role("button", name="Pause").click()
    await connection.execute(NUMBER, 500)
    await page.get_by_role("button", name="Go on").click()
    await expect(page.locator("[data-live-news]")).to_contain_text("0+", timeout=10_000)
    await connection.close()


WAITS = "insert into waiting_stream (hearer, sayer, key, since) values (1, 2, gen_random_uuid(), now())"
WAITS_NO_MORE = "delete from waiting_stream where hearer = 1 and sayer = 2"


async def test_a_part_under_the_pointer_is_refreshed_as_soon_as_the_pointer_has_left(
    site: Site, signed_in: SignedIn
) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/")
    await expect(page.locator("[data-live-words]")).to_contain_text("Live")
    tiles = page.locator("[data-live=tiles]")
    before = await tiles.inner_text()
    await tiles.hover()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/live" not in request.url else None)
    connection = await asyncpg.connect(site.dsn)
    try:
        await connection.execute(WAITS)
        async with page.expect_response(f"{site.url}/"):
            await connection.execute(CHANGE, 501, 1)
            await connection.execute(NUMBER, 501)
        await asyncio.sleep(5)
        assert await tiles.inner_text() == before, "nothing moves under the pointer"
        assert asked == [f"{site.url}/"], "and nothing is asked for while it rests there"
        await page.mouse.move(0, 0)
        await expect(tiles).not_to_have_text(before, use_inner_text=True, timeout=10_000)
    finally:
        await connection.execute(WAITS_NO_MORE)
        await connection.close()


async def _say(connection: asyncpg.Connection, number: int) -> None:
    async with connection.transaction():
        await connection.execute(CHANGE, number, 2 ** (number - 61))
        await connection.execute(NUMBER, number)


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
