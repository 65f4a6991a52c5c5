"""The HTTP server's limits: heads, slow clients and connections are bounded before any route is reached."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, cast

import httptools
import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

HEAD_BYTES_MAX = 32 * 1024
HEADERS_MAX = 64
HEAD_SECONDS_MAX = 10.0
KEEP_ALIVE_SECONDS = 30
CONNECTIONS_MAX = 500
SHUTDOWN_SECONDS_MAX = 5


def server(
    app: ASGIApp,
    host: str,
    port: int,
    ready: Callable[[], Awaitable[None]] | None = None,
    ending: Callable[[], None] | None = None,
) -> uvicorn.Server:
    """Make the server that serves `app`; who calls `serve()` on it starts and stops everything else.

    It listens once `ready` returns: callers that come earlier are refused at once, and try elsewhere.
    `ending` is called when a signal ends it, while requests are still answered.
    """
    config = Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
    )
    return OrderlyServer(config, ready, ending)


class OrderlyServer(uvicorn.Server):
    """Ends on SIGTERM or SIGINT by returning from `serve`, so that what runs beside it can be put away.

    Uvicorn's own raises the signal once more, which ends the process there and then.
    """

    def __init__(
        self, config: Config, ready: Callable[[], Awaitable[None]] | None, ending: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; a second signal does not wait for anybody."""
        super().handle_exit(sig, frame)
        if self._ending is not None:
            self._ending()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, when the time has come."""
        if self._ready is not None:
            await self._ready()
        await super().startup(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen for the signals while serving."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose request heads are bounded in bytes, in number of headers and in time."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_bytes = 0
        self._in_head = True
        self._head_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the client ten seconds for its first head."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._head_deadline = self.loop.call_later(HEAD_SECONDS_MAX, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the deadline."""
        self._met_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; a head that goes on past the limit ends the connection."""
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
        if self._in_head and self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
            self.send_400_response("The request's head is too large.")

    def on_message_begin(self) -> None:
        """Start counting a head."""
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0
        if self._head_deadline is None:
            self._head_deadline = self.loop.call_later(HEAD_SECONDS_MAX, self.transport.close)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header; raising here makes the parser refuse the request with 400."""
        super().on_header(name, value)
        if len(self.headers) > HEADERS_MAX or sum(len(n) + len(v) for n, v in self.headers) > HEAD_BYTES_MAX:
            raise httptools.HttpParserError("The request's head is too large.")

    def on_headers_complete(self) -> None:
        """Stop counting: the head is in."""
        self._in_head = False
        self._met_deadline()
        super().on_headers_complete()

    def _met_deadline(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None
