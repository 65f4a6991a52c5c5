"""A console to which nobody was told where operators sign in: it is alive, and says what has to be set."""

from http import HTTPStatus

import httpx

from ieum_console.pages.serving import application_without_pages


async def test_it_is_alive_and_says_what_has_to_be_set() -> None:
    transport = httpx.ASGITransport(application_without_pages())
    async with httpx.AsyncClient(transport=transport, base_url="http://console.test") as client:
        alive = await client.get("/health/live")
        pages = [await client.get(path) for path in ("/", "/referrals", "/health/ready")]

    assert (alive.status_code, alive.text) == (HTTPStatus.OK, "live\n")
    for page in pages:
        assert page.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "IEUM_OIDC_ISSUER" in page.text
