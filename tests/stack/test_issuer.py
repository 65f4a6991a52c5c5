"""The embedded stack's issuer: OpenID Connect by PKCE, as somebody made up, for this machine alone."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import KeySet
from playwright.async_api import Browser
from prometheus_client import CollectorRegistry

from ieum.access.access_settings import access_of
from ieum.api.app import create_app
from ieum.settings import Settings
from ieum.web.identity_provider import IdentityProvider, Issuer, SignInError
from ieum_lab.embedded.issuer.login_codes import challenge_of
from ieum_lab.embedded.issuer.oidc import Provider
from ieum_lab.embedded.issuer.persons import Person, persons_of
from ieum_lab.embedded.ports import LOOPBACK, free_port
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, new_centre
from services.city_welfare_team.agency import AGENCY as WELFARE
from services.employment_center.agency import AGENCY as EMPLOYMENT
from tests.kit.api.agency_api import Api, open_api
from tests.pages.conftest import served

pytestmark = pytest.mark.stack

VERIFIER = "v" * 64
BACK = "http://127.0.0.1:9/back"
ASKED = {
    "response_type": "code",
    "client_id": "ieum-console",
    "redirect_uri": BACK,
    "scope": "openid profile",
    "state": "s1",
    "nonce": "n1",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}


@dataclass(frozen=True, slots=True)
class Served:
    """An issuer that serves, whom it knows, and a centre that trusts its key."""

    url: str
    persons: dict[str, Person]
    centre: CentreUnderTest
    api: Api


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def issuer(stack: Stack, database_template: Template) -> AsyncIterator[Served]:
    centre = await new_centre(stack, database_template, (EMPLOYMENT.id, WELFARE.id))
    port, persons = free_port(), persons_of(centre.centre)
    key = replace(centre.issuer, issuer=f"http://{LOOPBACK}:{port}")
    under = replace(centre, settings=centre.settings.model_copy(update={"token_issuer": key.issuer}))
    async with (
        open_api(under, EMPLOYMENT, WELFARE) as api,
        served(Provider(key, persons).app(), port),
    ):
        yield Served(key.issuer, persons, under, api)
    await end_centre(centre)


@pytest_asyncio.fixture(loop_scope="session")
async def http(issuer: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=issuer.url, trust_env=False) as client:
        yield client


async def _code(http: httpx.AsyncClient, person: str, **others: str) -> str:
    answer = await http.post("/authorize", data={**ASKED, **others, "person": person})
    assert answer.status_code == 303, answer.text
    said = parse_qs(urlsplit(answer.headers["location"]).query)
    assert said["state"] == ["s1"]
    return said["code"][0]


def _exchange(code: str, **others: str) -> dict[str, str]:
    usual = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    return {**usual, "client_id": "ieum-console", "code_verifier": VERIFIER, **others}


async def test_discovery_names_what_there_is(issuer: Served, http: httpx.AsyncClient) -> None:
    found = (await http.get("/.well-known/openid-configuration")).json()
    assert found["issuer"] == issuer.url
    assert found["code_challenge_methods_supported"] == ["S256"]
    [key] = (await http.get(found["jwks_uri"])).json()["keys"]
    assert "d" not in key


async def test_the_page_shows_everybody_and_brings_back_what_was_asked(
    issuer: Served, http: httpx.AsyncClient
) -> None:
    page = await http.get("/authorize", params={**ASKED, "state": '"><script>'})
    assert re.findall(r'name="person" value="([^"]+)"', page.text) == list(issuer.persons)
    assert "<script>" not in page.text
    assert '"><script>' in unescape(page.text)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_an_operator_of_the_centre_may_operate_every_agency(
    issuer: Served, http: httpx.AsyncClient
) -> None:
    answer = await http.post("/token", data=_exchange(await _code(http, "operator-1")))
    tokens = answer.json()
    keys = KeySet.import_key_set((await http.get("/jwks.json")).json())
    said = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    assert (said["iss"], said["aud"], said["sub"]) == (issuer.url, "ieum-console", "operator-1")
    assert (said["nonce"], said["roles"]) == ("n1", ["operator"])
    audience = jwt.decode(tokens["access_token"], keys, algorithms=["ES256"]).claims["aud"]
    assert audience == [str(each) for each in issuer.centre.centre.own_addresses()]
    header = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await issuer.api.http.get("/v1/streams", headers=header)).status_code == 200
    assert (await issuer.api.http.get("/v1/referrals", headers=header)).status_code == 403
    identity = {"authorization": f"Bearer {tokens['id_token']}"}
    assert (await issuer.api.http.get("/v1/streams", headers=identity)).status_code == 401


@pytest.mark.parametrize(
    "others",
    [
        {"code_verifier": "w" * 64},
        {"client_id": "else"},
        {"redirect_uri": f"{BACK}/else"},
        {"grant_type": "x"},
    ],
    ids=str,
)
async def test_a_code_is_for_who_asked_and_spent_by_a_wrong_try(
    http: httpx.AsyncClient, others: dict[str, str]
) -> None:
    code = await _code(http, "operator-1")
    for given in (others, {}):
        answer = await http.post("/token", data=_exchange(code, **given))
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


async def test_a_code_is_used_once(http: httpx.AsyncClient) -> None:
    code = await _code(http, "worker.employment-center")
    statuses = [(await http.post("/token", data=_exchange(code))).status_code for _ in range(2)]
    assert statuses == [200, 400]


@pytest.mark.parametrize(
    "others",
    [
        {"redirect_uri": "http" + "://evil.example/back"},
        {"redirect_uri": "http" + "://127.0.0.1@evil.example/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"response_type": "token"},
        {"scope": "profile"},
        {"client_id": ""},
    ],
    ids=str,
)
async def test_nobody_is_sent_elsewhere_or_without_pkce(
    http: httpx.AsyncClient, others: dict[str, str]
) -> None:
    for method in ("GET", "POST"):
        asked = {**ASKED, **others, "person": "operator-1"}
        answer = await http.request(method, f"/authorize?{urlencode(asked)}", data=asked)
        assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    "to", ["http" + "://evil.example/docs", "http://127.0.0.1:9/elsewhere", "//evil.example/docs", ""]
)
async def test_a_token_is_given_to_a_documentation_page_of_this_machine_alone(
    http: httpx.AsyncClient, to: str
) -> None:
    answer = await http.post("/login", data={"return_to": to, "person": "operator-1"})
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_the_consoles_sign_in_understands_it(issuer: Served, http: httpx.AsyncClient) -> None:
    provider = IdentityProvider(Issuer(issuer.url, "ieum-console", BACK))
    address, attempt = await provider.begin("/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    page = (await http.get(address)).text
    assert "viewer-1" in page
    assert "admin-1" in page
    answer = await http.post("/authorize", data={**asked, "person": "operator.city-welfare-team"})
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    person = await provider.finish(code, attempt)
    assert (person.subject, person.agency) == ("operator.city-welfare-team", "city-welfare-team")
    assert person.roles == {"operator"}
    with pytest.raises(SignInError):
        await provider.finish(code, attempt)


@pytest.mark.parametrize(
    ("person", "roles"),
    [("viewer-1", {"viewer"}), ("admin-1", {"admin", "operator"}), ("auditor-1", {"auditor"})],
)
async def test_each_role_of_the_console_can_be_tried(
    issuer: Served, http: httpx.AsyncClient, person: str, roles: set[str]
) -> None:
    tokens = (await http.post("/token", data=_exchange(await _code(http, person)))).json()
    keys = KeySet.import_key_set((await http.get("/jwks.json")).json())
    assert set(jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims["roles"]) == roles
    header = {"authorization": f"Bearer {tokens['access_token']}"}
    at_the_agency = await issuer.api.http.get("/v1/me", headers=header)
    known = roles - {"viewer", "admin"}
    assert at_the_agency.status_code == (200 if known else 403), "an agency knows its own roles alone"
    assert not known or set(at_the_agency.json()["roles"]) == known


async def test_one_logs_in_to_the_documentation_as_somebody(issuer: Served, browser: Browser) -> None:
    settings = Settings(**issuer.centre.access(EMPLOYMENT.id).values())  # type: ignore[arg-type]
    access = replace(access_of(settings), login_url=issuer.url)
    context = replace(issuer.api.api_context, access=access, registry=CollectorRegistry())
    port = free_port()
    async with served(create_app(context), port):
        page = await browser.new_page()
        page.set_default_timeout(90_000)
        await page.goto(f"http://{LOOPBACK}:{port}/docs")
        await page.get_by_role("link", name="Log in as").click()
        people = await page.get_by_role("button").all_inner_texts()
        assert not any("city-welfare-team" in each for each in people)
        await page.get_by_role("button", name="employment-center").first.click()
        await page.wait_for_url(f"http://{LOOPBACK}:{port}/docs")
        assert "token" not in page.url
        await page.locator("#operations-operators-readMe .opblock-summary-control").click()
        await page.get_by_role("button", name="Try it out").click()
        await page.get_by_role("button", name="Execute").click()
        told = page.locator(".live-responses-table .response-col_description .microlight").first
        await told.wait_for()
        assert '"subject": "worker.employment-center"' in await told.inner_text()
        await page.close()
