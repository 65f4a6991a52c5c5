"""What may be done at an address: every method of a path, and which parameters a query there may have."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ieum.api.problems import http_kinds
from ieum.api.problems.field_errors import ERRORS_MAX, FieldError, printable
from ieum.api.problems.response import Problem, answer

ANY_PATH = "/*"
"""How the server gives the target `*`: the service as a whole."""

_NOTED = ("route", "path_params", "ieum.problem")
"""What is noted in a request's scope while it is served."""
_known: dict[Callable[..., Any], tuple[str, ...]] = {}
Path = tuple[re.Pattern[str], set[str]]


class Methods:
    """ASGI middleware that answers OPTIONS, and serves HEAD as GET without its content."""

    def __init__(self, app: ASGIApp, paths: Sequence[Path]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] not in {"HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await _options(self._paths, scope)(scope, receive, send)
        else:
            await self._head(scope, receive, send)

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def without_content(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        as_get = {**scope, "method": "GET"}
        try:
            await self._app(as_get, receive, without_content)
        finally:
            scope.update({name: as_get[name] for name in _NOTED if name in as_get})


def paths_of(routes: Iterable[BaseRoute]) -> Sequence[Path]:
    """List every path with its methods; HEAD goes where GET does, OPTIONS everywhere."""
    paths: dict[str, Path] = {}
    for route in routes:
        if isinstance(route, Route):
            path = paths.setdefault(route.path, (route.path_regex, {"OPTIONS"}))
            methods = route.methods or set()
            path[1].update(methods | ({"HEAD"} if "GET" in methods else set()))
    return list(paths.values())


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: no such path, no such method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for HTTPException alone
    kind = {404: http_kinds.NOT_FOUND, 405: http_kinds.METHOD}.get(error.status_code, http_kinds.QUERY)
    allowed = _methods_at(request.app.state.paths, request.scope["path"])
    headers = {
        **(error.headers or {}),
        **({"allow": allowed} if kind is http_kinds.METHOD and allowed else {}),
    }
    return await answer(request, Problem(kind, headers={name.lower(): headers[name] for name in headers}))


def _options(paths: Iterable[Path], scope: Scope) -> Response:
    allowed = _methods_at(paths, scope["path"])
    if not allowed:
        raise Problem(http_kinds.NOT_FOUND)
    return Response(status_code=204, headers={"allow": allowed, "cache-control": "no-store"})


def _methods_at(paths: Iterable[Path], path: str) -> str:
    """Name the methods of an address, as the header Allow does; empty where there is nothing."""
    found = [methods for pattern, methods in paths if path == ANY_PATH or pattern.match(path)]
    return ", ".join(sorted(set().union(*found)))


async def known_query(request: Request) -> None:
    """Refuse a parameter that the route does not have, or one more than once: a typo would widen a list."""
    if not request.url.query:
        return
    known = _parameters(request.scope)
    seen: set[str] = set()
    errors = []
    for name, _ in request.query_params.multi_items():
        if name not in known:
            errors.append(FieldError("query", printable(name), "unknown", {"expected": list(known)}))
        elif name in seen:
            errors.append(FieldError("query", printable(name), "repeated"))
        seen.add(name)
    if errors:
        raise Problem(http_kinds.QUERY, {"errors": errors[:ERRORS_MAX]})


def _parameters(scope: Scope) -> tuple[str, ...]:
    """List the parameters that a route's query may have; looked up once for each function that serves."""
    endpoint = scope["endpoint"]
    if endpoint not in _known:
        _known[endpoint] = tuple(_query_of(scope["route"].dependant))
    return _known[endpoint]


def _query_of(dependant: Any) -> Iterator[str]:
    yield from (each.alias for each in dependant.query_params)
    for each in dependant.dependencies:
        yield from _query_of(each)
