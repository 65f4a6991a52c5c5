"""Strict HTTP/1.1 framing: a request that two parsers could read differently is refused.

llhttp refuses ambiguous lengths by itself, but takes an offered upgrade (`Upgrade: h2c`, which Java's client
and `curl --http2` send with every request) for the end of HTTP, so that the body is dropped, or is read as
the next request. An offer may be ignored (RFC 9110 7.8), so it is.
"""

import asyncio
import re
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from ieum.api.http.half_closing import HalfClosing
from ieum.api.problems.http_kinds import ProblemKind
from ieum.api.problems.request_kinds import MALFORMED_REQUEST
from ieum.api.problems.response import written

PIPELINED_MAX = 16
_ABSOLUTE = re.compile(rb"https?://([^/?]*)(.*)", re.IGNORECASE | re.DOTALL)


class PlainProtocol(HttpToolsProtocol):
    """Unambiguous HTTP/1.1: offers to upgrade are ignored, and bad framing is refused."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.running: RequestResponseCycle | None = None
        """The request that is served now or was served last; others wait in the pipeline."""
        self.in_head = self.in_body = False
        self.ignores_input = False
        """Whether nothing more is taken in."""
        self._offers = self._writes_no_more = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of a reset connection, too (uvicorn keeps its time-out), and tell who is served."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        if self.running is not None and not self.running.response_complete:
            self.running.disconnected = True
            self.running.message_event.set()

    def eof_received(self) -> Any:
        """Answer what was asked in full before the client closed its writing half, and nothing else."""
        running = self.running
        if running is None or running.response_complete or (running is self.cycle and self.in_body):
            return False  # the other half is closed too
        if not self._writes_no_more:
            self.ignores_input = self._writes_no_more = True
            self._answer_what_came_before(running)
            running.message_event.set()
        return True

    def data_received(self, data: bytes) -> None:
        """Receive bytes."""
        self._unset_keepalive_if_required()
        try:
            while data and not self.ignores_input:
                data = self._feed(data)
        except httptools.HttpParserError:
            self.refuse(MALFORMED_REQUEST)

    def _feed(self, data: bytes) -> bytes:
        """Parse bytes, and return the rest: a request with an offered upgrade is parsed again without it."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offered:
            head = self._head_without_offer()
            self._offers = False
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            self.parser.feed_data(head)
            return data[offered.args[0] :]
        return b""

    def _head_without_offer(self) -> bytes:
        version = self.parser.get_http_version()
        lines = [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        first = self.parser.get_method() + b" " + self.url + f" HTTP/{version}".encode()
        return b"\r\n".join([first, *lines, b"", b""])

    def on_message_begin(self) -> None:
        """Begin a request's head."""
        super().on_message_begin()
        self.in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Receive a header; a trailer behind a chunked body must not change the headers before it."""
        if self.in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to serve the request; an exception here makes the parser refuse it."""
        self.in_head = False
        version = self.parser.get_http_version()
        codings = [value for name, value in self.headers if name == b"transfer-encoding"]
        if not version.startswith("1.") or b"#" in self.url or len(self.pipeline) >= PIPELINED_MAX:
            raise httptools.HttpParserError("The request cannot be served.")
        if self.parser.get_method() == b"CONNECT":
            raise httptools.HttpParserError("No tunnel is made.")
        if self.parser.should_upgrade():
            self._offers = True
            return
        if codings and (version != "1.1" or [each.lower() for each in codings] != [b"chunked"]):
            raise httptools.HttpParserError("Only chunked is understood, from HTTP/1.1 on.")
        if not self.url.startswith(b"/"):
            self._take_absolute()
        self.expect_100_continue = self.expect_100_continue and version == "1.1"
        self.in_body = True
        super().on_headers_complete()

    def _take_absolute(self) -> None:
        """Use the authority of an absolute target instead of the header Host (RFC 9112 3.2.2)."""
        if self.url == b"*" and self.parser.get_method() == b"OPTIONS":
            self.url = b"/*"
            return
        found = _ABSOLUTE.fullmatch(self.url)
        if found is None:
            raise httptools.HttpParserError("The request's target has a form that is not served.")
        if any(name == b"host" for name, _ in self.headers):
            self.headers[:] = [(name, found[1] if name == b"host" else value) for name, value in self.headers]
        self.url = found[2] if found[2].startswith(b"/") else b"/" + found[2]

    def on_message_complete(self) -> None:
        """End a request, unless it has to be parsed again."""
        if not self._offers:
            super().on_message_complete()
            self.in_body = False
            # A trailer, too, may say that the connection closes: nothing more is parsed then.
            self.cycle.keep_alive = self.cycle.keep_alive and self.parser.should_keep_alive()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        async def served(scope: Any, receive: Any, send: Any) -> None:
            taken = False

            async def received() -> Any:
                # Who writes no more may be gone: it is answered, but waits for nothing.
                nonlocal taken
                message = None if taken and self._writes_no_more else await receive()
                if message is None or (taken and self._writes_no_more):
                    return {"type": "http.disconnect"}
                taken = not message.get("more_body", False)
                return message

            async def sent(message: Any) -> None:
                if cycle.more_body and message["type"] == "http.response.start":
                    # The rest of this request must never be read as the next one.
                    cycle.keep_alive = False
                    cycle.transport = cast("asyncio.Transport", HalfClosing(self.transport, self.half_close))
                await send(message)

            await app(scope, received, sent)

        self.running = cycle
        super()._start_asgi_task(cycle, served)

    def send_400_response(self, _msg: str) -> None:
        """Refuse an invalid request; uvicorn's words are told by the kind."""
        self.refuse(MALFORMED_REQUEST)

    def refuse(self, kind: ProblemKind) -> None:
        """Close the connection: with a problem, unless an earlier answer has to be sent first."""
        self.ignores_input = True
        running = self.running
        if running is not None and not running.response_complete:
            if running is not self.cycle or not self.in_body:
                self._answer_what_came_before(running)
                return
            running.disconnected = True
            running.message_event.set()
            if running.response_started:
                self.transport.close()
                return
        if not self.transport.is_closing():
            self.transport.write(written(kind))
            self.half_close()

    def _answer_what_came_before(self, running: RequestResponseCycle) -> None:
        if self.in_body:
            self.pipeline.popleft()
        (self.pipeline[0][0] if self.pipeline else running).keep_alive = False

    def half_close(self) -> None:
        """Close the writing half, so that the client can read the answer while it still sends."""
        self.ignores_input = True
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
            self.flow.resume_reading()
        else:
            self.transport.close()
