"""Nobody comes in without a token of the issuer for this agency; who may is served while others attack."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from ieum.access.access_settings import access_of
from ieum.access.callers import Role
from ieum.api.app import create_app
from ieum.settings import Settings
from ieum_lab.testing.centre import CentreUnderTest
from ieum_lab.testing.http import HttpCaller
from tests.kit.access.forging import WRONG, Forge
from tests.kit.api.agency_api import Api, client_of
from tests.kit.api.raw_http import serving

pytestmark = pytest.mark.stack

FLOOD, AT_ONCE, FLOOD_SECONDS_MAX = 10_000, 20, 240
PROBLEM = "urn:ieum:problem:"
PATHS = ("/v1/referrals", "/v1/streams", "/v1/me", "/v1/nothing", "/metrics", "/nothing", "/v1/referrals?x=1")


@pytest_asyncio.fixture
async def nobody(fresh: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client without a token."""
    async with client_of(fresh) as http:
        yield http


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD", "DELETE"])
async def test_without_a_token_nothing_is_served(nobody: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await nobody.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="ieum"'
    assert method == "HEAD" or answer.json()["type"] == f"{PROBLEM}not-authenticated"


async def test_health_alone_is_open_and_says_no_more_than_that(api: Api, nobody: httpx.AsyncClient) -> None:
    api.api_context.catalogued.clear()
    try:
        for headers in ({}, _bearer("a.b.c")):
            live = await nobody.get("/health/live", headers=headers)
            ready = await nobody.get("/health/ready", headers=headers)
            assert (live.status_code, live.json()) == (200, {"status": "live", "problems": []})
            assert (ready.status_code, ready.json()) == (503, {"status": "not-ready", "problems": []})
        assert (await api.http.get("/health/ready")).json()["problems"] != []
    finally:
        api.api_context.catalogued.set()


async def test_while_the_issuers_keys_cannot_be_read_a_token_is_neither_right_nor_wrong(
    api: Api, api_centre: CentreUnderTest, forge: Forge, tmp_path: Path
) -> None:
    given: dict[str, Any] = {**api_centre.access(api.me.agency).values()}
    given["token_jwks_file"] = tmp_path / "missing.json"
    access = access_of(Settings(**given))
    app = create_app(replace(api.api_context, access=access, registry=CollectorRegistry()))
    async with client_of(app, _bearer(forge.token())) as http:
        answer = await http.get("/v1/referrals")
        ready = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["type"]) == (503, f"{PROBLEM}unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "www-authenticate" not in answer.headers
    assert ready.status_code == 200


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_token_is_refused_and_logged_without_it(
    nobody: httpx.AsyncClient, forge: Forge, name: str
) -> None:
    reason, make = WRONG[name]
    token = make(forge)
    with capture_logs() as logs:
        answer = await nobody.get("/v1/referrals", headers=_bearer(token))
    assert (answer.status_code, answer.json()["type"]) == (401, f"{PROBLEM}not-authenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="ieum", error="invalid_token"'
    told = [each for each in logs if each["event"] == "access.refused"]
    assert [(each["reason"], each["address"]) for each in told] == [(reason, "127.0.0.1")]
    for said in (str(logs), answer.text, str(answer.headers)):
        assert token not in said
        assert token.rpartition(".")[2] not in said or not token.rpartition(".")[2]


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer  x", "Bearer a b", "Bearer é", "Token a.b.c"]
)
async def test_another_scheme_is_no_token(nobody: httpx.AsyncClient, value: str) -> None:
    given = [(b"authorization", value.encode("latin-1"))]
    assert (await nobody.get("/v1/referrals", headers=given)).status_code == 401


async def test_two_tokens_are_none(nobody: httpx.AsyncClient, forge: Forge) -> None:
    given = [("authorization", f"Bearer {forge.token()}")] * 2
    assert (await nobody.get("/v1/referrals", headers=given)).status_code == 401


async def test_a_case_worker_may_not_call_what_is_for_operators(api: Api, forge: Forge) -> None:
    async with client_of(api.app, _bearer(forge.token())) as http:
        assert (await http.get("/v1/referrals")).status_code == 200
        for path in ("/v1/streams", "/v1/sources", "/v1/quarantine", "/v1/access-log"):
            refused = await http.get(path)
            assert (refused.status_code, refused.json()["type"]) == (403, f"{PROBLEM}role")
        refused = await http.post(
            "/v1/elevations", json={"reason": "x"}, headers={"idempotency-key": "k" * 8}
        )
        assert (refused.status_code, refused.json()["type"]) == (403, f"{PROBLEM}role")
        assert (await http.get("/metrics")).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, 403),
    ],
)
async def test_a_good_token_opens_neither_another_host_nor_another_site(
    api: Api, headers: Mapping[str, str], status: int
) -> None:
    answer = await api.http.post("/v1/referrals", json={}, headers=headers)
    assert answer.status_code == status


async def test_every_answer_has_the_headers_that_keep_pages_out(api: Api, nobody: httpx.AsyncClient) -> None:
    answers = [await api.http.get("/v1/referrals"), await nobody.get("/v1/referrals")]
    answers += [await nobody.get(path) for path in ("/health/live", "/docs", "/problems", "/openapi.json")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert len(answer.headers.get_list("content-security-policy")) == 1
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_who_calls_reads_who_they_are(api: Api, forge: Forge) -> None:
    token = forge.token(sub="worker-7", name="상담 칠(시험)", roles=["case-worker", "auditor"])
    async with client_of(api.app, _bearer(token)) as http:
        me = (await http.get("/v1/me")).json()
    expected = {"subject": "worker-7", "name": "상담 칠(시험)", "agency": str(api.me)}
    assert me == {**expected, "roles": ["auditor", "case-worker"]}


@pytest.mark.slow
@pytest.mark.quiet
@pytest.mark.timeout(FLOOD_SECONDS_MAX + 60)
async def test_ten_thousand_wrong_tokens_keep_nobody_out(fresh: FastAPI, forge: Forge) -> None:
    kinds = [make(forge) for _, make in WRONG.values()]
    good, outcomes, served = _bearer(forge.token(sub="calm")), [], []
    with capture_logs() as logs:
        async with serving(fresh) as port:
            attacker, worker = HttpCaller("127.0.0.1", port), HttpCaller("127.0.0.1", port)

            async def attack(first: int) -> None:
                for number in range(first, FLOOD, AT_ONCE):
                    token = f"{kinds[number % len(kinds)]}{number}"
                    outcomes.append((await attacker.call("GET", "/v1/referrals", _bearer(token))).status)

            async def work() -> None:
                while len(outcomes) < FLOOD:
                    served.append((await worker.call("GET", "/v1/me", good)).status)
                    await asyncio.sleep(0.05)

            async with asyncio.timeout(FLOOD_SECONDS_MAX), asyncio.TaskGroup() as tasks:
                for first in range(AT_ONCE):
                    tasks.create_task(attack(first))
                tasks.create_task(work())
            attacker.close()
            worker.close()
    assert len(outcomes) == FLOOD
    assert set(outcomes) == {401, 429}
    assert outcomes.count(401) < FLOOD / 10, "the rest is held back"
    assert len(served) > 20
    assert set(served) == {200}
    refused = [each for each in logs if each["event"] == "access.refused"]
    assert len(refused) < FLOOD / 10
    assert not any(kind in str(logs) for kind in kinds if len(kind) > 20)


async def test_metrics_are_open_to_the_operators_network_alone(api: Api) -> None:
    for network, status in (("127.0.0.0/8", 200), ("10.0.0.0/8", 401)):
        access = replace(api.api_context.access, metrics_networks=[ip_network(network)])
        context: Any = replace(api.api_context, access=access, registry=CollectorRegistry())
        async with client_of(create_app(context)) as http:
            assert (await http.get("/metrics")).status_code == status
            assert (await http.get("/v1/streams")).status_code == 401


def test_roles_are_those_of_the_design() -> None:
    assert {*Role} == {"case-worker", "supervisor", "system", "operator", "auditor"}
