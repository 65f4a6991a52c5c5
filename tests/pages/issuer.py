"""A small OpenID Connect issuer for tests: a link for each person, codes with PKCE, signed tokens."""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

CLIENT = "ieum-console"
PEOPLE: Mapping[str, Mapping[str, object]] = {
    "viewer-1": {"name": "시험 열람", "roles": ["viewer"]},
    "operator-1": {"name": "시험 운영", "roles": ["operator"]},
    "operator-2": {"name": "시험 운영 둘", "roles": ["operator"]},
    "agency-1": {"name": "시험 기관", "roles": ["operator"], "agency": "city-welfare-team"},
    "auditor-1": {"name": "시험 감사", "roles": ["auditor"]},
    "admin-1": {"name": "시험 관리", "roles": ["admin", "operator"]},
    "nobody-1": {"name": "시험 없음", "roles": []},
}
SECONDS = 600


class TestIssuer:
    """Issues tokens; `url` is set when its port is known. `spoiled` changes claims of identity tokens."""

    __test__ = False

    def __init__(self) -> None:
        self.url = ""
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.other_keys: list[object] = []
        """Further entries of the JWKS, before its own."""
        self.keys_read = 0
        self.answering: Callable[[], AsyncIterator[bytes]] | None = None
        """Makes what it says instead of its metadata."""
        self.client = CLIENT
        self.login: str | None = None
        """How the client proved itself, when it last came for a token."""
        self.spoiled: dict[str, object] = {}
        self.at_agencies: Callable[[str], str] = lambda _: ""
        """Makes the access token of an account, which the agencies take."""
        self._codes: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _metadata(self, _request: Request) -> Response:
        if self.answering is not None:
            return StreamingResponse(self.answering())
        at = self.url.rstrip("/")
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/keys",
            }
        )

    async def _keys(self, _request: Request) -> Response:
        self.keys_read += 1
        return JSONResponse({"keys": [*self.other_keys, self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == self.client
        assert asked["code_challenge_method"] == "S256"
        person = asked.pop("as", None)
        if person is None:
            links = "".join(
                f'<li><a href="/authorize?{urlencode({**asked, "as": each})}">{each}</a></li>'
                for each in PEOPLE
            )
            return HTMLResponse(f'<!doctype html><html lang="en"><title>Sign in</title><ul>{links}</ul>')
        code = secrets.token_urlsafe(16)
        self._codes[code] = {**asked, "as": person}
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    async def _token(self, request: Request) -> Response:
        self.login = request.headers.get("authorization")
        given = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(given.get("code", ""), None)
        challenge = urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if asked is None or asked["code_challenge"] != challenge.rstrip(b"=").decode():
            return JSONResponse({"error": "invalid_grant"}, 400)
        person = asked["as"]
        claims = {
            **PEOPLE[person],
            "sub": person,
            "nonce": asked["nonce"],
            "aud": self.client,
            **self.spoiled,
        }
        return JSONResponse(
            {
                "access_token": self.at_agencies(person),
                "id_token": self.signed(claims),
                "token_type": "Bearer",
                "expires_in": SECONDS,
            }
        )

    def signed(self, claims: Mapping[str, object]) -> str:
        """Sign claims, those of time and issuer added where they are not given."""
        now = int(time.time())
        every = {"iss": self.url, "iat": now, "exp": now + SECONDS, "auth_time": now, **claims}
        return jwt.encode({"alg": "RS256", "kid": str(self.key.kid)}, every, self.key)
