"""Signing in at providers of every kind, that name, rotate and serve as the standards let them."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, unquote_plus, urlsplit

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey

from ieum.access import jwks_url
from ieum.access.jwks_url import read_url
from ieum.web import identity_provider
from ieum.web.identity_provider import METADATA_SECONDS_MIN, IdentityProvider, Issuer, SignInError
from ieum.web.web_sessions import Person
from ieum_console.pages.web_settings import WebSettings
from ieum_lab.embedded.ports import LOOPBACK, free_port
from tests.pages.conftest import served
from tests.pages.issuer import CLIENT, TestIssuer

BACK = "http://127.0.0.1:9/back"


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[TestIssuer]:
    issuer, port = TestIssuer(), free_port()
    issuer.url = f"http://{LOOPBACK}:{port}"
    async with served(issuer.app, port):
        yield issuer


async def _sign_in(provider: IdentityProvider) -> Person:
    address, attempt = await provider.begin("/")
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(f"{address}&as=operator-1")
    [code] = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
    return await provider.finish(code, attempt)


@pytest.mark.parametrize("ending", ["", "/"])
async def test_an_issuer_is_named_with_or_without_a_slash_as_it_names_itself(
    issuer: TestIssuer, ending: str
) -> None:
    at = issuer.url
    issuer.url = f"{at}{ending}"
    named = WebSettings(oidc_issuer=issuer.url).oidc_issuer
    provider = IdentityProvider(Issuer(named, CLIENT, BACK))
    assert (await _sign_in(provider)).subject == "operator-1"
    issuer.spoiled = {"iss": at if ending else f"{at}/"}
    with pytest.raises(SignInError, match="InvalidClaimError"):
        await _sign_in(provider)


@pytest.mark.parametrize(
    "odd",
    [
        {"kty": "EC", "crv": "P-192", "kid": "odd", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "brainpoolP256r1", "kid": "odd", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "odd", "x": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "odd"},
        {"kty": "oct", "kid": "odd", "k": "AA", "key_ops": None},
        {"kty": "oct", "kid": "odd", "k": "AA", "use": "SIG"},
        {"kty": "oct", "kid": "odd"},
        {},
        "odd",
    ],
    ids=str,
)
async def test_an_odd_key_beside_a_good_one_keeps_nobody_out(issuer: TestIssuer, odd: object) -> None:
    issuer.other_keys = [odd]
    provider = IdentityProvider(Issuer(issuer.url, CLIENT, BACK))
    assert (await _sign_in(provider)).subject == "operator-1"


@pytest.mark.parametrize("kid", ["k2", "k1"], ids=["another name", "the same name"])
async def test_a_new_key_is_found_at_once_and_the_keys_are_read_seldom(issuer: TestIssuer, kid: str) -> None:
    provider = IdentityProvider(Issuer(issuer.url, CLIENT, BACK))
    await _sign_in(provider)
    good, issuer.key = issuer.key, RSAKey.generate_key(2048, {"kid": kid})
    with pytest.raises(SignInError):
        await _sign_in(provider)
    assert issuer.keys_read == 1, "they were read a moment ago"
    provider._known.at -= METADATA_SECONDS_MIN
    assert (await _sign_in(provider)).subject == "operator-1"
    assert issuer.keys_read == 2
    issuer.key = good
    with pytest.raises(SignInError):
        await _sign_in(provider)
    assert issuer.keys_read == 2


async def test_a_client_proves_itself_by_a_secret_of_any_characters(issuer: TestIssuer) -> None:
    issuer.client, secret = "https" + "://console.test/a b", "p:1%41+ü 비밀"
    await _sign_in(IdentityProvider(Issuer(issuer.url, issuer.client, BACK, secret)))
    scheme, _, login = str(issuer.login).partition(" ")
    assert scheme == "Basic"
    parts = b64decode(login).decode("ascii").split(":")
    assert [unquote_plus(each) for each in parts] == [issuer.client, secret]
    await _sign_in(IdentityProvider(Issuer(issuer.url, issuer.client, BACK)))
    assert issuer.login is None


async def _trickle() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(0.02)


async def test_a_provider_that_never_ends_its_answer_is_waited_for_no_longer(
    issuer: TestIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_provider, "ANSWER_SECONDS_MAX", 0.2)
    monkeypatch.setattr(jwks_url, "FETCH_SECONDS_MAX", 0.2)
    issuer.answering = _trickle
    async with asyncio.timeout(5):
        with pytest.raises(SignInError, match="TimeoutError"):
            await IdentityProvider(Issuer(issuer.url, CLIENT, BACK)).begin("/")
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await read_url(f"{issuer.url}/.well-known/openid-configuration")()


async def test_of_an_answer_that_is_too_large_not_everything_is_read(issuer: TestIssuer) -> None:
    async def flood() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536
            await asyncio.sleep(0)

    issuer.answering = flood
    async with asyncio.timeout(5):
        with pytest.raises(SignInError, match="ValueError"):
            await IdentityProvider(Issuer(issuer.url, CLIENT, BACK)).begin("/")
    async with asyncio.timeout(5):
        with pytest.raises(ValueError, match="too large"):
            await read_url(f"{issuer.url}/.well-known/openid-configuration")()
