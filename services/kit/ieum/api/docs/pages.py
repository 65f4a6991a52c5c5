"""Pages for people: the API's documentation and the problem types; they load nothing from other sites."""

from html import escape
from importlib.resources import files
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from ieum.api.problems import http_kinds
from ieum.api.problems.http_kinds import ProblemKind
from ieum.api.problems.referral_kinds import KINDS
from ieum.api.problems.response import Problem

DOCS_PATH = "/docs"
OPENAPI_PATH = "/openapi.json"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_DOCS = """<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ieum API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<noscript><p>이 문서에는 자바스크립트가 필요합니다. 같은 내용은
<a href="/openapi.json">/openapi.json</a>에 있습니다.
This page needs JavaScript; the same content is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
<nav aria-label="Ieum"><a href="/problems">문제 유형 · Problem types</a>{login}</nav>
<main id="docs"></main>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_LOGIN = ' · <a href="{address}">누구로 로그인합니까? · <span lang="en">Log in as …</span></a>'
_START = """"use strict";
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) history.replaceState(null, "", location.pathname);
const ui = SwaggerUIBundle({
  onComplete: () => { if (token) ui.preauthorizeApiKey("BearerToken", token); },
  url: "/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null, docExpansion: "list",
  defaultModelsExpandDepth: 0, tryItOutEnabled: false, presets: [SwaggerUIBundle.presets.apis],
});
"""
_PAGE = """<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>body {{ font-family: system-ui, sans-serif; line-height: 1.6; max-width: 46rem; margin: 2rem auto;
padding: 0 1rem; color: #1a1a1a; background: #fff }} a:focus {{ outline: 3px solid #0b57d0 }}</style>
</head>
<body>
<nav aria-label="Ieum"><a href="/docs">API</a> · <a href="/problems">문제 유형 · Problem types</a></nav>
<main>
{content}
</main>
</body>
</html>
"""

router = APIRouter(include_in_schema=False)


def assets() -> Mount:
    """Serve the files of the documentation page from the installed package."""
    folder = files("fastapi_offline").joinpath("static")
    return Mount(f"{DOCS_PATH}/assets", StaticFiles(directory=str(folder)), name="docs-assets")


@router.get(DOCS_PATH)
async def docs(request: Request) -> Response:
    """Show the API's documentation; beside an embedded stack's issuer one can log in to it."""
    return _html(_DOCS.format(login=_login(request)))


@router.get(f"{DOCS_PATH}/start.js")
async def start() -> Response:
    """Serve the documentation page's script; a file of its own, so that the page has no inline script."""
    return Response(_START, media_type="text/javascript; charset=utf-8")


@router.get("/problems")
async def problem_list() -> Response:
    """List every kind of problem."""
    rows = "\n".join(
        f'<li><a href="/problems/{kind.name}"><code>{kind.name}</code></a> ({kind.status}) '
        f'{escape(kind.title.ko)} · <span lang="en">{escape(kind.title.en)}</span></li>'
        for kind in sorted(KINDS.values(), key=lambda kind: (kind.status, kind.name))
    )
    content = f'<h1>문제 유형 · <span lang="en">Problem types</span></h1>\n<ul>\n{rows}\n</ul>'
    return _html(_PAGE.format(title="Problem types", content=content))


@router.get("/problems/{name}")
async def problem_page(name: str) -> Response:
    """Explain one kind of problem."""
    kind = KINDS.get(name)
    if kind is None:
        raise Problem(http_kinds.NOT_FOUND)
    return _html(_PAGE.format(title=kind.name, content=_explain(kind)))


def _login(request: Request) -> str:
    issuer: str | None = request.app.state.login_url
    if issuer is None:
        return ""
    back = str(request.url.replace(query="", path=DOCS_PATH))
    asked = {"agency": request.app.state.agency, "return_to": back}
    return _LOGIN.format(address=escape(f"{issuer}/login?{urlencode(asked)}"))


def _explain(kind: ProblemKind) -> str:
    return (
        f"<h1>{escape(kind.title.ko)}</h1>\n<p>{escape(kind.detail.ko)}</p>\n"
        f'<section lang="en"><h2>{escape(kind.title.en)}</h2>\n<p>{escape(kind.detail.en)}</p></section>\n'
        f"<p><code>{kind.type}</code> · HTTP {kind.status}</p>"
    )


def _html(page: str) -> Response:
    return HTMLResponse(page, headers={"content-security-policy": _POLICY})
