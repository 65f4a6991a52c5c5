"""The table of routes and roles is walked over every route of the API, with every role and without one."""

import re
from collections.abc import Mapping
from uuid import uuid4

import pytest
from fastapi import APIRouter

from ieum.access.callers import Role
from ieum.access.route_roles import RULES, RouteRoles, RouteRule, missing_rules
from ieum.api import app as api_app
from ieum.api.app import create_app
from ieum.centre.issuer_key import Account
from ieum_lab.testing.centre import CentreUnderTest
from tests.kit.api.agency_api import Api, client_of, like

pytestmark = pytest.mark.stack

DESK = {"case-worker", "supervisor", "system"}
WATCHING = {"operator", "auditor"}
WRITTEN: Mapping[str, set[str]] = {
    "GET /v1/me": DESK | WATCHING,
    "GET /v1/programmes": DESK | WATCHING,
    "GET /v1/programmes/{programme}/room": DESK | WATCHING,
    "GET /v1/reports/gaps": DESK | WATCHING,
    "GET /v1/reports/flow": DESK | WATCHING,
    "GET /v1/due": DESK | WATCHING,
    "GET /v1/due.ics": DESK | WATCHING,
    "POST /v1/referrals/{referral}/abandon": {"supervisor", "system"},
    "GET /v1/streams": WATCHING,
    "GET /v1/sources": WATCHING,
    "GET /v1/quarantine": WATCHING,
    "GET /v1/access-log": {"auditor"},
    "GET /metrics": {"operator"},
    "POST /v1/elevations": {"operator"},
    "POST /v1/streams/{stream}/retry": {"operator"},
    "POST /v1/streams/{stream}/skip": {"operator"},
    "POST /v1/sources/{agency}/release": {"operator"},
}
"""Who may call what, written a second time; every other route under `/v1` is the desk's."""


def _may(rule: RouteRule) -> set[str]:
    return WRITTEN.get(f"{rule.method} {rule.path}", DESK)


@pytest.mark.parametrize("role", Role)
async def test_every_route_serves_its_roles_and_no_other(
    api: Api, api_centre: CentreUnderTest, role: Role
) -> None:
    async with client_of(api.app, api_centre.header(api.me.agency, role)) as http:
        for rule in RULES:
            path = re.sub(r"\{\w+\}", str(uuid4()), rule.path)
            answer = await http.request(rule.method, path, headers={"idempotency-key": str(uuid4())})
            kind = answer.json()["type"] if answer.status_code == 403 else ""
            refused = kind == "urn:ieum:problem:role"
            assert refused == (not rule.is_open and role not in _may(rule)), f"{role} {rule.method} {path}"
            assert answer.status_code not in {401, 500}, f"{role} {rule.method} {path}"


async def test_every_route_but_the_open_ones_asks_for_a_token(api: Api) -> None:
    open_paths = {"/health/live", "/health/ready", "/docs", "/docs/start.js", "/problems", "/openapi.json"}
    async with client_of(api.app) as http:
        for rule in RULES:
            path = re.sub(r"\{\w+\}", "move", rule.path)
            answer = await http.request(rule.method, path)
            is_open = path in open_paths or path.startswith("/problems/")
            assert (answer.status_code == 401) == (not is_open), path


async def test_every_role_of_another_agencys_desk_is_nobody_here(
    api: Api, api_centre: CentreUnderTest
) -> None:
    elsewhere = api_centre.issuer.token

    token = elsewhere(Account("w", [Role.CASE_WORKER, Role.SYSTEM], ["city-welfare-team"]), [str(api.me)])
    async with client_of(api.app, {"authorization": f"Bearer {token}"}) as http:
        assert (await http.get("/v1/referrals")).status_code == 403


async def test_a_route_without_a_row_keeps_the_service_from_starting(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = APIRouter()

    @router.get("/v1/secrets/{name}")
    async def secrets(name: str) -> str:
        return name

    monkeypatch.setattr(api_app, "_ROUTERS", (*api_app._ROUTERS, router))
    with pytest.raises(LookupError, match=re.escape("GET /v1/secrets/{name}")):
        like(api)


def test_no_row_is_of_a_route_that_is_gone(api: Api) -> None:
    assert create_app is not None
    paths = api.app.state.paths
    for rule in RULES:
        assert any(rule.method in each.methods and each.pattern.match(rule.path) for each in paths), rule
    assert missing_rules({"/v1/me": {"GET", "HEAD", "DELETE"}}) == ["DELETE /v1/me"]


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/v1/referrals", "/v1/referrals"),
        ("HEAD", "/v1/referrals/x", "/v1/referrals/{referral}"),
        ("POST", "/v1/referrals/x/to-dos/y/done", "/v1/referrals/{referral}/to-dos/{change}/done"),
        ("GET", "/v1/referrals/x/y/z", None),
        ("GET", "/v1/referrals/", "/v1/referrals/{referral}"),
        ("GET", "//v1/referrals", None),
        ("GET", "/V1/referrals", None),
        ("PUT", "/v1/referrals", None),
        ("GET", "/v1/programmes/x/room", "/v1/programmes/{programme}/room"),
        ("GET", "/v1/programmes/{programme}/room", "/v1/programmes/{programme}/room"),
        ("GET", "/health/live/", None),
    ],
)
def test_a_path_is_matched_as_the_router_matches_it(method: str, path: str, found: str | None) -> None:
    matched = RouteRoles().match(method, path)
    assert (None if matched is None else matched.rule.path) == found
