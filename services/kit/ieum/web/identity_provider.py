"""Any OpenID Connect issuer: endpoints by discovery, the code flow with PKCE, identity tokens checked."""

import asyncio
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic_core import from_json

from ieum.access.jwks_url import content_of
from ieum.access.trusted_keys import verifying_keys
from ieum.errors import IeumError
from ieum.web.identity_claims import person_of
from ieum.web.web_sessions import Person, SignInAttempt

ANSWER_SECONDS_MAX = 10.0
ANSWER_BYTES_MAX = 256 * 1024
METADATA_SECONDS_MAX = 600.0
METADATA_SECONDS_MIN = 10.0
"""A signature of no known key has the keys read again, but no oftener than this."""
LEEWAY_SECONDS = 60
ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA", "Ed25519")
SCOPE = "openid profile"
VERIFIER_BYTES = 48


class SignInError(IeumError):
    """The issuer cannot be reached, or what it says does not prove who somebody is."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whom a window trusts to say who somebody is. `client_secret` is None for a public client."""

    url: str
    client_id: str
    redirect_uri: str
    client_secret: str | None = None
    scope: str = SCOPE


@dataclass
class _Known:
    metadata: Mapping[str, Any] = field(default_factory=dict)
    keys: KeySet = field(default_factory=lambda: KeySet([]))
    at: float = float("-inf")


class IdentityProvider:
    """The issuer as a window meets it."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._known = _Known()

    async def begin(self, next_path: str, *, again: bool = False) -> tuple[str, SignInAttempt]:
        """Return the address to send a browser to, and what has to come back; raises SignInError."""
        known = await self._discovered()
        attempt = SignInAttempt(
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(VERIFIER_BYTES),
            next_path,
        )
        asked = {
            "response_type": "code",
            "client_id": self._issuer.client_id,
            "redirect_uri": self._issuer.redirect_uri,
            "scope": self._issuer.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": _challenge(attempt.verifier),
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if again else {}),
        }
        endpoint = httpx.URL(str(known.metadata.get("authorization_endpoint")))
        return str(endpoint.copy_merge_params(asked)), attempt

    async def finish(self, code: str, attempt: SignInAttempt) -> Person:
        """Exchange the code for tokens and read who it is; raises SignInError."""
        known = await self._discovered()
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._issuer.redirect_uri,
            "client_id": self._issuer.client_id,
            "code_verifier": attempt.verifier,
        }
        login = _login(self._issuer)
        answer = await _json("POST", str(known.metadata.get("token_endpoint")), login, given)
        claims = await self._claims(str(answer.get("id_token", "")))
        if str(claims.get("nonce")) != attempt.nonce:  # it is signed: nobody can try one after the other
            raise SignInError("The identity token answers another sign-in.")
        return person_of(claims, answer)

    async def _claims(self, id_token: str) -> Mapping[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer.url},
            aud={"essential": True, "value": self._issuer.client_id},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = await self._signed(id_token)
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            raise SignInError(f"The identity token proves nothing ({type(error).__name__}).") from error
        return claims

    async def _signed(self, id_token: str) -> dict[str, Any]:
        """Return the claims that are signed by a key of the issuer's, which may be newer than those known."""
        try:
            return _verified(id_token, await self._discovered())
        except (JoseError, ValueError):
            return _verified(id_token, await self._discovered(METADATA_SECONDS_MIN))

    async def _discovered(self, seconds: float = METADATA_SECONDS_MAX) -> _Known:
        now = asyncio.get_running_loop().time()
        if now - self._known.at < seconds:
            return self._known
        well_known = f"{self._issuer.url.rstrip('/')}/.well-known/openid-configuration"
        metadata = await _json("GET", well_known)
        if metadata.get("issuer") != self._issuer.url:
            raise SignInError("The issuer calls itself otherwise than the settings do.")
        keys = await _json("GET", str(metadata.get("jwks_uri")))
        try:
            self._known = _Known(metadata, KeySet(list(verifying_keys(keys))), now)
        except ValueError as error:
            raise SignInError("The issuer's keys cannot be read.") from error
        return self._known


def _verified(id_token: str, known: _Known) -> dict[str, Any]:
    return jwt.decode(id_token, known.keys, algorithms=list(ALGORITHMS)).claims


def _challenge(verifier: str) -> str:
    """Return what proves later who began (RFC 7636)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _login(issuer: Issuer) -> httpx.BasicAuth | None:
    """Return how a client with a secret proves itself: both parts are form-encoded (RFC 6749, 2.3.1)."""
    if issuer.client_secret is None:
        return None
    return httpx.BasicAuth(quote_plus(issuer.client_id), quote_plus(issuer.client_secret))


async def _json(
    method: str,
    url: str,
    login: httpx.BasicAuth | None = None,
    form: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS_MAX),
            httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX, trust_env=False) as client,
            client.stream(method, url, data=form, auth=login) as answer,
        ):
            content = from_json(await content_of(answer.raise_for_status(), ANSWER_BYTES_MAX))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
        raise SignInError(f"The issuer does not answer as it should ({type(error).__name__}).") from error
    if not isinstance(content, dict):
        raise SignInError("The issuer answers with something else than a JSON object.")
    return content
