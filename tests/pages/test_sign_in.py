"""Signing in and out: a new session each time, nothing that an attacker prepared, nowhere else to be sent."""

import re
import time

import asyncpg
import pytest
from playwright.async_api import Browser, BrowserContext

from tests.pages.conftest import SignedIn, Site

pytestmark = pytest.mark.stack
SESSIONS = "select count(*) from web_session where subject = $1"
ACTS = "select action from audit where actor = $1 order by number"


async def _cookie(context: BrowserContext, name: str = "ieum-session") -> str | None:
    return next((each["value"] for each in await context.cookies() if each["name"] == name), None)


async def test_a_session_is_new_at_each_sign_in_and_gone_after_signing_out(
    site: Site, signed_in: SignedIn
) -> None:
    context = await signed_in("viewer-1", locale="en")
    before = await _cookie(context)
    page = await context.new_page()
    await page.goto(f"{site.url}/sign-in?again=1&next=/me")
    await page.get_by_role("link", name="viewer-1", exact=True).click()
    await page.wait_for_url(f"{site.url}/me")
    after = await _cookie(context)
    assert before
    assert after not in {None, before}
    answer = await page.request.get(
        f"{site.url}/me", headers={"cookie": f"ieum-session={before}"}, max_redirects=0
    )
    assert answer.status == 303, "the session before is over"
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url(f"{site.url}/signed-out")
    assert await _cookie(context) is None
    connection = await asyncpg.connect(site.dsn)
    assert await connection.fetchval(SESSIONS, "viewer-1") == 0
    acts = [row["action"] for row in await connection.fetch(ACTS, "viewer-1")]
    await connection.close()
    assert acts == ["sign-in", "sign-in", "sign-out"]


async def test_a_cookie_that_somebody_else_chose_opens_nothing(site: Site, browser: Browser) -> None:
    context = await browser.new_context()
    chosen = {"name": "ieum-session", "value": "chosen-by-an-attacker", "url": site.url}
    await context.add_cookies([chosen])  # type: ignore[list-item]
    page = await context.new_page()
    await page.goto(f"{site.url}/")
    await page.get_by_role("link", name="viewer-1", exact=True).click()
    await page.wait_for_url(f"{site.url}/")
    assert await _cookie(context) not in {None, "chosen-by-an-attacker"}
    cookies = {each["name"]: each for each in await context.cookies()}
    assert cookies["ieum-session"]["httpOnly"]
    assert cookies["ieum-session"]["sameSite"] == "Lax"
    await context.close()


@pytest.mark.parametrize(
    "where",
    ["//evil.test", "https" + "://evil.test", "/\\evil.test", "\\evil.test", "javascript:alert(1)", ""],
)
async def test_nobody_is_sent_elsewhere(site: Site, browser: Browser, where: str) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{site.url}/sign-in")
    await page.goto(f"{site.url}/sign-in?next={where}")
    await page.get_by_role("link", name="viewer-1", exact=True).click()
    await page.wait_for_url(f"{site.url}/")
    answer = await page.request.post(
        f"{site.url}/preferences",
        form={"language": "en", "next": where},
        headers={"sec-fetch-site": "same-origin"},
        max_redirects=0,
    )
    assert answer.headers["location"] == "/"
    await context.close()


async def test_an_answer_that_nobody_asked_for_is_refused(site: Site, browser: Browser) -> None:
    context = await browser.new_context()
    for query in ("", "?code=x&state=y"):
        assert (await context.request.get(f"{site.url}/sign-in/callback{query}")).status == 400
    page = await context.new_page()
    await page.goto(f"{site.url}/sign-in")
    link = await page.get_by_role("link", name="viewer-1", exact=True).get_attribute("href")
    other = re.sub(r"state=[^&]+", "state=another", str(link))
    answer = await page.goto(f"{site.issuer.url}{other}")
    assert answer is not None
    assert answer.status == 400, "another state than the one that was sent"
    await context.close()


@pytest.mark.parametrize(
    "spoiled",
    [
        {"nonce": "another"},
        {"aud": "another-client"},
        {"iss": "https" + "://issuer.test"},
        {"exp": int(time.time()) - 600},
    ],
    ids=lambda each: next(iter(each)),
)
async def test_a_token_that_proves_nothing_opens_no_session(
    site: Site, browser: Browser, spoiled: dict[str, object]
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{site.url}/sign-in")
    site.issuer.spoiled = spoiled
    try:
        async with page.expect_response("**/sign-in/callback*") as answered:
            await page.get_by_role("link", name="viewer-1", exact=True).click()
        assert (await answered.value).status == 502
    finally:
        site.issuer.spoiled = {}
    assert await _cookie(context) is None
    await context.close()
