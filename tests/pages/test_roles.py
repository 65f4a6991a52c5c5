"""The table of routes and roles, walked: every address by everybody, and by nobody."""

from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from playwright.async_api import APIRequestContext, Browser, expect

from ieum.web.web_sessions import Person
from ieum_console.pages.console_roles import roles_of
from ieum_console.pages.page_routes import LIVE_PATH, ROUTES
from tests.pages.conftest import SignedIn, Site
from tests.pages.issuer import PEOPLE

pytestmark = pytest.mark.stack
SAME = {"sec-fetch-site": "same-origin"}


def _roles(name: str) -> frozenset[str]:
    claims, now = PEOPLE[name], datetime.now(UTC)
    named, agency = claims["roles"], claims.get("agency")
    assert isinstance(named, list)
    return roles_of(Person(name, "", frozenset(named), str(agency) if agency else None, "", now, now))


async def _status(request: APIRequestContext, site: Site, method: str, path: str) -> int:
    url = site.url + path.replace("{referral}", str(site.seeded.referral)).replace("{operation}", "none")
    if method == "GET":
        return (await request.get(url, max_redirects=0)).status
    return (await request.post(url, max_redirects=0, headers=SAME, form={})).status


async def test_every_route_is_open_to_its_roles_alone(site: Site, signed_in: SignedIn) -> None:
    faults = []
    for person in PEOPLE:
        context = await signed_in(person)
        roles = _roles(person)
        for route in ROUTES:
            status = await _status(context.request, site, route.method, route.path)
            if (status == HTTPStatus.FORBIDDEN) == bool(roles & route.roles):
                faults.append(f"{person} {route.method} {route.path}: {status}")
    assert faults == []


async def test_nobody_gets_anything_without_a_session(site: Site, browser: Browser) -> None:
    context = await browser.new_context()
    for route in ROUTES:
        status = await _status(context.request, site, route.method, route.path)
        assert status == (303 if route.method == "GET" else 401), route.path
    assert (await context.request.get(site.url + LIVE_PATH)).status == HTTPStatus.UNAUTHORIZED
    assert (await context.request.get(f"{site.url}/health/live")).status == HTTPStatus.OK
    await context.close()


@pytest.mark.parametrize("path", ["/audit", "/referrals/none", "/nowhere"])
async def test_a_page_that_tells_of_a_problem_lets_sign_out_who_is_signed_in(
    site: Site, signed_in: SignedIn, path: str
) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}{path}")
    await expect(page.get_by_role("banner").get_by_role("link", name="시험 열람")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url(f"{site.url}/signed-out")
    await page.goto(f"{site.url}/nowhere")
    assert await page.get_by_role("button", name="Sign out").count() == 0
