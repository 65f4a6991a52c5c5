"""The outermost middleware: every request gets an id, one log line, metrics, and an answer in any case."""

import time
import traceback
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from http import HTTPStatus
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from ieum.api.http.access_check import AccessCheck
from ieum.api.http.allowed_methods import Address, answer_head, answer_options, check_query
from ieum.api.http.host_check import LOCAL_HOSTS, admit, authority
from ieum.api.problems import http_kinds
from ieum.api.problems.response import Problem, answer
from ieum.observe.metric_catalogue import HTTP_PROBLEMS, HTTP_REQUEST_SECONDS, counter, histogram

CLIENT_GONE_STATUS = 499
FRAMES_LOGGED_MAX = 4

_log = structlog.get_logger("ieum.api")
_ASKED_BY_MACHINES = ("/health/live", "/health/ready", "/metrics")
_SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_POLICY = b"content-security-policy"
_NO_PAGE = (_POLICY, b"default-src 'none'; frame-ancestors 'none'")
"""Of every answer that is no page; a page brings a policy of its own."""


class ApiMiddleware:
    """ASGI middleware around everything else of the API. `access` None serves anybody, as no service does."""

    def __init__(
        self,
        app: ASGIApp,
        registry: CollectorRegistry,
        paths: Sequence[Address],
        hosts: AbstractSet[str] = LOCAL_HOSTS,
        *,
        access: AccessCheck | None,
    ) -> None:
        self._app = app
        self._access = access
        self._paths = paths
        self._hosts = frozenset(found[0] for each in hosts if (found := authority(each)) is not None)
        self._seconds = histogram(HTTP_REQUEST_SECONDS, registry)
        self._problems = counter(HTTP_PROBLEMS, registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["ieum.request"] = uuid7()
        started = time.perf_counter()
        response = _Response(scope, send)
        try:
            admit(scope, self._hosts)
            await self._serve(scope, receive, response.send)
        except Problem as refused:
            refusal = await answer(Request(scope), refused)
            await refusal(scope, receive, response.send)
        except ClientDisconnect:
            response.status = CLIENT_GONE_STATUS
        except Exception as error:  # noqa: BLE001 - any error becomes an answer and a log line
            await _fail(scope, receive, response, error)
        self._record(scope, response.status, time.perf_counter() - started)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._access is None:
            await self._route(scope, receive, send)
        else:
            await self._access.serve(scope, receive, send, self._route)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["query_string"]:
            check_query(self._paths, scope)
        match scope["method"]:
            case "OPTIONS":
                await answer_options(self._paths, scope)(scope, receive, send)
            case "HEAD":
                await answer_head(self._app, scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if route != "none" else "other"
        problem = scope.get("ieum.problem")
        self._seconds.labels(method, route, status).observe(seconds)
        if problem is not None:
            self._problems.labels(problem).inc()
        write = _log.debug if route in _ASKED_BY_MACHINES and status == HTTPStatus.OK else _log.info
        write(
            "http.answered",
            method=method,
            route=route,
            status=status,
            problem=problem,
            ms=round(seconds * 1000, 1),
            request=str(scope["ieum.request"]),
        )


class _Response:
    """Sends the response: remembers the status, and adds the headers of every answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.status = CLIENT_GONE_STATUS
        self.started = False
        self._scope = scope
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            request_id = str(self._scope["ieum.request"]).encode()
            given = message.get("headers", ())
            policy = () if any(name == _POLICY for name, _ in given) else (_NO_PAGE,)
            message["headers"] = [*given, (b"x-request-id", request_id), *_SECURITY_HEADERS, *policy]
        await self._send(message)


async def _fail(scope: Scope, receive: Receive, response: _Response, error: Exception) -> None:
    """Answer 500; the log names the error's class and place, never its message, which may hold input."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_LOGGED_MAX:]
    _log.error(
        "http.failed",
        error=type(error).__name__,
        at=[f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
        request=str(scope["ieum.request"]),
    )
    if response.started:
        return
    failed = await answer(Request(scope), Problem(http_kinds.INTERNAL))
    await failed(scope, receive, response.send)
