"""What discards needs an elevation: an hour, with a reason, and then it is over."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from ieum.access.callers import Role
from ieum_lab.testing.centre import CentreUnderTest
from tests.kit.api.agency_api import Api, client_of

pytestmark = pytest.mark.stack


@pytest_asyncio.fixture
async def operator(api: Api, api_centre: CentreUnderTest) -> AsyncIterator[httpx.AsyncClient]:
    """Open the client of an operator who was never elevated."""
    token = api_centre.token(api.me.agency, Role.OPERATOR, subject=f"operator-{uuid4().hex[:8]}")
    async with client_of(api.app, {"authorization": f"Bearer {token}"}) as http:
        yield http


async def _post(http: httpx.AsyncClient, path: str, **body: object) -> httpx.Response:
    return await http.post(path, json=body, headers={"idempotency-key": str(uuid4())})


def _stream(api: Api) -> str:
    return f"/v1/streams/{api.peer.agency}.referral.{uuid4()}"


async def test_nothing_is_skipped_without_an_elevation(api: Api, operator: httpx.AsyncClient) -> None:
    stream = _stream(api)
    refused = await _post(operator, f"{stream}/skip", reason="mended", sequence=1)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:ieum:problem:elevation")
    for path, body in (("skip", {"dry_run": True}), ("retry", {"sequence": 1})):
        answer = await _post(operator, f"{stream}/{path}", reason="mended", **body)
        assert answer.json()["type"] == "urn:ieum:problem:nothing-waits", "neither discards anything"


async def test_an_elevation_lasts_an_hour_and_is_of_one_account(
    api: Api, operator: httpx.AsyncClient, api_centre: CentreUnderTest
) -> None:
    assert "elevated_until" not in (await operator.get("/v1/me")).json()
    made = await _post(operator, "/v1/elevations", reason="sender-agreed")
    assert made.status_code == 200
    assert (await operator.get("/v1/me")).json()["elevated_until"] == made.json()["until"]
    answer = await _post(operator, f"{_stream(api)}/skip", reason="mended", sequence=1)
    assert answer.json()["type"] == "urn:ieum:problem:nothing-waits"
    other = api_centre.token(api.me.agency, Role.OPERATOR, subject="operator-other")
    async with client_of(api.app, {"authorization": f"Bearer {other}"}) as http:
        refused = await _post(http, f"{_stream(api)}/skip", reason="mended", sequence=1)
        assert refused.json()["type"] == "urn:ieum:problem:elevation"
    async with api.database.acquire() as connection:
        row = await connection.fetchrow(
            "select until - at as lasts, reason from elevation where subject = $1", made.json()["subject"]
        )
    assert row is not None
    assert (row["lasts"].total_seconds(), row["reason"]) == (3_600, "sender-agreed")


_OVER = """
insert into elevation (subject, reason, at, until)
values ($1, 'earlier', now() - interval '61 minutes', now() - interval '1 minute')
"""


async def test_an_elevation_that_is_over_opens_nothing_with_the_same_token(
    api: Api, operator: httpx.AsyncClient
) -> None:
    subject = (await operator.get("/v1/me")).json()["subject"]
    async with api.database.acquire() as connection:
        await connection.execute(_OVER, subject)
    refused = await _post(operator, f"{_stream(api)}/skip", reason="mended", sequence=1)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:ieum:problem:elevation")


async def test_an_elevation_needs_a_reason(operator: httpx.AsyncClient) -> None:
    for body in ({}, {"reason": "Because I say so"}):
        assert (await _post(operator, "/v1/elevations", **body)).status_code == 422
