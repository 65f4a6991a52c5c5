"""The HTTP server's limits: heads, slow clients and connections are bounded before any route is reached."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httptools
import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.server import ServerState

from ieum.api.http.connection_limits import OVERLOADED, connection_to_close, is_overloaded
from ieum.api.http.graceful_server import GracefulServer
from ieum.api.http.http_limits import USUAL_HTTP, HttpLimits
from ieum.api.http.request_framing import PlainProtocol
from ieum.api.problems.request_kinds import MALFORMED_REQUEST

HEAD_BYTES_MAX = 32 * 1024
HEADERS_MAX = 64
SLICE_BYTES = 4096
"""A head is measured as exactly as this."""
CLOSE_SECONDS_MAX = 2.0
KEEP_ALIVE_SECONDS = 30
SHUTDOWN_SECONDS_MAX = 5


def server(
    app: ASGIApp,
    host: str,
    port: int,
    ready: Callable[[], Awaitable[object]] | None = None,
    ending: Callable[[], None] | None = None,
    *,
    limits: HttpLimits = USUAL_HTTP,
) -> uvicorn.Server:
    """Make the server of `app`; the caller of `serve()` starts and stops everything else.

    It listens once `ready` returns: earlier connections are refused at once, so clients can try elsewhere.
    `ending` is called when a signal stops it, while requests are still answered.
    """
    config = Config(
        app,
        host=host,
        port=port,
        http=_bounded_by(limits),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
    )
    return GracefulServer(config, ready, ending)


class BoundedProtocol(PlainProtocol):
    """HTTP/1.1 with limits: bytes, headers and time of a request, and the number of connections."""

    limits = USUAL_HTTP

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.since = self.loop.time()
        self._head_bytes = self._header_bytes = 0
        self._begins = False
        self._due = self.since + self.limits.head_seconds
        self._taken_due = math.inf

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the client ten seconds for its first head; at the connection limit close another one."""
        super().connection_made(cast("asyncio.Transport", transport))
        gone = connection_to_close(self.connections)
        if gone is not None:
            gone.end()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; a head that goes on past the limit ends the connection."""
        for start in range(0, len(data), SLICE_BYTES):
            if self.ignores_input:
                return
            self._begins = False
            part = data[start : start + SLICE_BYTES]
            super().data_received(part)
            if self.in_head and not self._begins:  # where it begins, what came before it is no part of it
                self._head_bytes += len(part)
                if self._head_bytes > HEAD_BYTES_MAX:
                    self.refuse(MALFORMED_REQUEST)
        if self._due == math.inf and not self._is_served():
            # Empty lines between requests extend no time-out.
            self._due = self.loop.time() + self.limits.head_seconds

    def on_message_begin(self) -> None:
        """Start counting a head."""
        super().on_message_begin()
        self._begins = True
        self._head_bytes = self._header_bytes = 0
        if self._due == math.inf:
            self.since = self.loop.time()
            self._due = self.since + self.limits.head_seconds

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header; an exception here makes the parser refuse the request with 400."""
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value)
        if len(self.headers) > HEADERS_MAX or self._header_bytes > HEAD_BYTES_MAX:
            raise httptools.HttpParserError("The request's head is too large.")

    def on_headers_complete(self) -> None:
        """Stop counting: the head is complete, and the body has its own time-out."""
        self._due = self.loop.time() + self.limits.message_seconds
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the time-out: it no longer waits for the client."""
        super().on_message_complete()
        if not self.in_body:
            self._due = math.inf

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        super()._start_asgi_task(cycle, app)
        scope = cast("Scope", cycle.scope)
        if is_overloaded(scope, self.tasks, self.connections):
            scope[OVERLOADED] = True

    def on_response_complete(self) -> None:
        """Start the time-out for the next request."""
        self.since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Start the time-out for the client to read what was written."""
        super().pause_writing()
        self._taken_due = self.loop.time() + self.limits.write_seconds

    def resume_writing(self) -> None:
        """Stop that time-out: the client reads again."""
        super().resume_writing()
        self._taken_due = math.inf

    def half_close(self) -> None:
        """Start a short time-out for a client that still sends."""
        self._due = self.loop.time() + CLOSE_SECONDS_MAX
        super().half_close()

    @property
    def waits_for_client(self) -> bool:
        """Whether it waits for the client: a head, or the rest of a body, has not arrived yet."""
        running = self.running
        if running is None or running.response_complete:
            return True
        return running.more_body and not running.response_started

    def sweep(self, now: float) -> None:
        """Close when the client has taken too long."""
        if now > self._taken_due:
            self.end()
        elif self.flow.read_paused:
            # The service is at work, not the client.
            self._due = max(self._due, now + self.limits.message_seconds)
        elif now > self._due:
            if self._is_served() and not self.in_body and not self.ignores_input:
                self.refuse(MALFORMED_REQUEST)  # earlier requests are still answered
                self._due = math.inf
            else:
                self.end()

    def end(self) -> None:
        """Close at once; a running request finds its client gone."""
        self.connections.discard(self)
        self.transport.abort()

    def _is_served(self) -> bool:
        return self.running is not None and not self.running.response_complete


def _bounded_by(given: HttpLimits) -> type[BoundedProtocol]:
    """Return the protocol with these limits: the server makes one for each connection by itself."""

    class Bounded(BoundedProtocol):
        limits = given

    return Bounded
