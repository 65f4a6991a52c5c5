"""An OpenID provider for one machine: discovery, JWKS, a page to log in as somebody, and tokens by PKCE."""

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ieum.centre.issuer_key import ALGORITHM, IssuerKey
from ieum_lab.embedded.issuer.login_codes import LoginCodes
from ieum_lab.embedded.issuer.persons import Person

TOKEN_SECONDS = 3_600
BODY_BYTES_MAX = 16_384
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self' http://127.0.0.1:* http://localhost:*"
)
_HEADERS = {"content-security-policy": _POLICY, "cache-control": "no-store", "referrer-policy": "no-referrer"}
_PAGE = """<!doctype html>
<html lang="ko"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>로그인 · Log in</title><link rel="icon" href="data:,">
<style>body{{font-family:system-ui,sans-serif;line-height:1.6;max-width:40rem;margin:2rem auto;padding:0 1rem;
color:#1a1a1a;background:#fff}}button{{display:block;width:100%;text-align:left;font:inherit;padding:.6rem;
margin:.3rem 0;border:1px solid #767676;border-radius:4px;background:#fff;cursor:pointer}}
button:focus-visible{{outline:3px solid #0b57d0}}</style></head>
<body><main><h1>누구로 로그인합니까? · <span lang="en">Log in as …</span></h1>
<p>시험용 사람들입니다. 비밀번호는 없습니다.
<span lang="en">Synthetic people, for trying; no passwords.</span></p>
<form method="post" action="/authorize">{hidden}{people}</form></main></body></html>
"""


class Provider:
    """The provider of one stack."""

    def __init__(self, key: IssuerKey, persons: Mapping[str, Person]) -> None:
        self._key = key
        self._persons = persons
        self._codes = LoginCodes()

    def app(self) -> Starlette:
        """Return the provider as an application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/jwks.json", self._jwks),
                Route("/authorize", self._authorize, methods=["GET", "POST"]),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _discovery(self, _: Request) -> Response:
        at = self._key.issuer
        return _json(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/jwks.json",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": [
                    "none",
                    "client_secret_post",
                    "client_secret_basic",
                ],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile"],
                "claims_supported": ["sub", "name", "roles", "agency", "nonce", "auth_time"],
            }
        )

    async def _jwks(self, _: Request) -> Response:
        return _json({"keys": [self._key.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = await _form(request) if request.method == "POST" else dict(request.query_params)
        fault = _fault(asked)
        if fault:
            return HTMLResponse(f"<!doctype html><title>400</title><p>{escape(fault)}</p>", 400, _HEADERS)
        person = self._persons.get(asked.get("person", "")) if request.method == "POST" else None
        if person is None:
            return HTMLResponse(self._page(asked), headers=_HEADERS)
        to = asked["redirect_uri"]
        code = self._codes.give(
            person, asked["client_id"], to, asked["code_challenge"], asked.get("nonce") or None
        )
        said = {"code": code, "iss": self._key.issuer}
        if "state" in asked:
            said["state"] = asked["state"]
        return RedirectResponse(f"{to}{'&' if '?' in to else '?'}{urlencode(said)}", 303, _HEADERS)

    def _page(self, asked: Mapping[str, str]) -> str:
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in asked.items()
            if name != "person"
        )
        people = "".join(
            f'<button name="person" value="{escape(subject)}">{escape(person.label)}</button>'
            for subject, person in self._persons.items()
        )
        return _PAGE.format(hidden=hidden, people=people)

    async def _token(self, request: Request) -> Response:
        asked = await _form(request)
        login = self._codes.take(
            *(asked.get(name, "") for name in ("code", "client_id", "redirect_uri", "code_verifier"))
        )
        if asked.get("grant_type") != "authorization_code" or login is None:
            return _json({"error": "invalid_grant"}, 400)
        account = login.person.account
        about = {
            "sub": account.subject,
            "name": account.name,
            "roles": [str(role) for role in account.roles],
            "agency": account.agency,
            "auth_time": int(login.at),
            "nonce": login.nonce,
        }
        return _json(
            {
                "access_token": self._key.token(account, login.person.audience, TOKEN_SECONDS),
                "id_token": self._key.signed(about, login.client_id, TOKEN_SECONDS),
                "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS,
                "scope": "openid",
            }
        )


def _fault(asked: Mapping[str, str]) -> str:
    """Say what of a login request is wrong; nothing is redirected to another machine."""
    to = urlsplit(asked.get("redirect_uri", ""))
    if to.scheme not in {"http", "https"} or to.hostname not in LOCAL or to.fragment:
        return "redirect_uri has to be an address of this machine."
    if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
        return "response_type has to be code, and scope openid."
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return "A code_challenge by S256 (PKCE) is required."
    return "" if asked.get("client_id") else "client_id is missing."


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _json(content: Mapping[str, object], status: int = 200) -> Response:
    return JSONResponse(content, status, {"cache-control": "no-store"})
