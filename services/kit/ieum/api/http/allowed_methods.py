"""The methods of each path, and the query parameters of each method."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ieum.api.problems import http_kinds
from ieum.api.problems.field_errors import ERRORS_MAX, FieldError, printable
from ieum.api.problems.response import Problem, answer

ANY_PATH = "/*"
"""The server's path for the target `*`: the service as a whole."""

HEAD_ONLY = "ieum.head"
"""The key in a request's scope that says that nobody will see the content."""
_NOTED = ("route", "path_params", "ieum.problem")
"""Keys that are set in a request's scope while it is served."""


@dataclass(frozen=True, slots=True)
class Address:
    """One path: its methods, and by method the parameters that its query may have."""

    pattern: re.Pattern[str]
    methods: set[str] = field(default_factory=lambda: {"OPTIONS"})
    query: dict[str, tuple[str, ...]] = field(default_factory=dict)


async def answer_head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve HEAD as GET without content."""

    async def without_content(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    as_get = {**scope, "method": "GET", HEAD_ONLY: True}
    try:
        await app(as_get, receive, without_content)
    finally:
        scope.update({name: as_get[name] for name in _NOTED if name in as_get})


def paths_of(routes: Iterable[BaseRoute]) -> Sequence[Address]:
    """Return every path with its methods; HEAD is allowed where GET is, OPTIONS everywhere."""
    paths: dict[str, Address] = {}
    for route in routes:
        if isinstance(route, Route):
            path = paths.setdefault(route.path, Address(route.path_regex))
            dependant = getattr(route, "dependant", None)
            known = () if dependant is None else tuple(_query_of(dependant))
            path.methods.update(route.methods or ())
            path.query.update(dict.fromkeys(route.methods or (), known))
            if "GET" in path.methods:
                path.methods.add("HEAD")
                path.query["HEAD"] = path.query["GET"]
    return list(paths.values())


def methods_of(routes: Iterable[BaseRoute]) -> dict[str, set[str]]:
    """Return the methods of every path."""
    found: dict[str, set[str]] = {}
    for route in routes:
        if isinstance(route, Route):
            found.setdefault(route.path, set()).update(route.methods or ())
    return found


def _query_of(dependant: Any) -> Iterator[str]:
    yield from (each.alias for each in dependant.query_params)
    for each in dependant.dependencies:
        yield from _query_of(each)


async def answer_http_error(request: Request, error: HTTPException) -> Response:
    """Answer the router's own errors: no such path, no such method."""
    kind = {404: http_kinds.NOT_FOUND, 405: http_kinds.METHOD}.get(error.status_code, http_kinds.QUERY)
    allowed = _methods_at(request.app.state.paths, request.scope["path"])
    headers = {
        **(error.headers or {}),
        **({"allow": allowed} if kind is http_kinds.METHOD and allowed else {}),
    }
    return await answer(request, Problem(kind, headers={name.lower(): headers[name] for name in headers}))


def answer_options(paths: Iterable[Address], scope: Scope) -> Response:
    """Answer with the methods of a path; raises Problem for an unknown one."""
    allowed = _methods_at(paths, scope["path"])
    if not allowed:
        raise Problem(http_kinds.NOT_FOUND)
    return Response(status_code=204, headers={"allow": allowed, "cache-control": "no-store"})


def _methods_at(paths: Iterable[Address], path: str) -> str:
    """Return the methods of a path for the header Allow; empty for an unknown path."""
    found = [each.methods for each in paths if path == ANY_PATH or each.pattern.match(path)]
    return ", ".join(sorted(set().union(*found)))


def check_query(paths: Iterable[Address], scope: Scope) -> None:
    """Refuse a parameter that the route does not have, or one more than once: a typo would widen a list."""
    method, path = scope["method"], scope["path"]
    known = next(
        (each.query[method] for each in paths if method in each.query and each.pattern.match(path)), None
    )
    if known is None:
        return  # unknown path or method
    seen: set[str] = set()
    errors = []
    for name, _ in QueryParams(scope["query_string"]).multi_items():
        if name not in known:
            errors.append(FieldError("query", printable(name), "unknown", {"expected": list(known)}))
        elif name in seen:
            errors.append(FieldError("query", printable(name), "repeated"))
        seen.add(name)
    if errors:
        raise Problem(http_kinds.QUERY, {"errors": errors[:ERRORS_MAX]})
