"""An OpenID provider for one machine: discovery, JWKS, a page to log in as somebody, and tokens by PKCE."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ieum.centre.issuer_key import ALGORITHM, IssuerKey
from ieum_lab.embedded.issuer.login_codes import LoginCodes
from ieum_lab.embedded.issuer.login_page import HEADERS, login_page, refusal_page
from ieum_lab.embedded.issuer.persons import Person

TOKEN_SECONDS = 3_600
BODY_BYTES_MAX = 16_384
DOCS_PATH = "/docs"
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


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
                Route("/login", self._login, methods=["GET", "POST"]),
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
            return refusal_page(fault)
        person = self._persons.get(asked.get("person", "")) if request.method == "POST" else None
        if person is None:
            return login_page("/authorize", asked, self._persons)
        to = asked["redirect_uri"]
        code = self._codes.give(
            person, asked["client_id"], to, asked["code_challenge"], asked.get("nonce") or None
        )
        said = {"code": code, "iss": self._key.issuer}
        if "state" in asked:
            said["state"] = asked["state"]
        return RedirectResponse(f"{to}{'&' if '?' in to else '?'}{urlencode(said)}", 303, HEADERS)

    async def _login(self, request: Request) -> Response:
        """Log in to an agency's documentation page, which takes the token out of the address at once."""
        asked = await _form(request) if request.method == "POST" else dict(request.query_params)
        to = asked.get("return_to", "")
        if not _is_here(to) or urlsplit(to).path != DOCS_PATH:
            return refusal_page("return_to has to be the documentation page of an agency on this machine.")
        person = self._persons.get(asked.get("person", "")) if request.method == "POST" else None
        if person is None:
            of_agency = {
                subject: each
                for subject, each in self._persons.items()
                if asked.get("agency") in {*each.account.agencies, None} or not each.account.agencies
            }
            return login_page("/login", asked, of_agency)
        token = self._key.token(person.account, person.audience, TOKEN_SECONDS)
        return RedirectResponse(f"{to}#{urlencode({'token': token})}", 303, HEADERS)

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
            "roles": login.person.roles,
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
    if not _is_here(asked.get("redirect_uri", "")):
        return "redirect_uri has to be an address of this machine."
    if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
        return "response_type has to be code, and scope openid."
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return "A code_challenge by S256 (PKCE) is required."
    return "" if asked.get("client_id") else "client_id is missing."


def _is_here(address: str) -> bool:
    to = urlsplit(address)
    return to.scheme in {"http", "https"} and to.hostname in LOCAL and not to.fragment


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _json(content: Mapping[str, object], status: int = 200) -> Response:
    return JSONResponse(content, status, {"cache-control": "no-store"})
