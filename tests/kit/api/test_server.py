"""The HTTP server bounds heads, slow clients and bodies before any work begins."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ieum.api.http.http_limits import HttpLimits
from ieum.api.http.server import HEADERS_MAX
from tests.kit.api.raw_http import serving


async def _echo_length(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serving(_echo_length) as at:
        yield at


async def _talk(port: int, *parts: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_an_ordinary_request_is_served(port: int) -> None:
    answer = await _talk(port, b"POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"3")
    assert b"server:" not in answer


async def test_a_head_with_too_many_headers_is_refused(port: int) -> None:
    headers = b"".join(b"x-%d: 1\r\n" % number for number in range(HEADERS_MAX + 1))
    answer = await _talk(port, b"GET / HTTP/1.1\r\n" + headers + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400")


async def test_a_head_without_an_end_is_refused_at_the_limit(port: int) -> None:
    answer = await _talk(port, b"GET / HTTP/1.1\r\nx: ", *[b"a" * 8192] * 6)
    assert not answer or answer.startswith(b"HTTP/1.1 400")


async def test_a_client_that_never_finishes_its_head_is_let_go() -> None:
    async with serving(_echo_length, HttpLimits(head_seconds=0.2)) as port:
        assert await _talk(port, b"GET / HTTP/1.1\r\nx: 1\r\n") == b""


async def test_a_second_head_on_a_kept_connection_is_bounded_in_time_too() -> None:
    async with serving(_echo_length, HttpLimits(head_seconds=0.2)) as port:
        answer = await _talk(port, b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nx: 1\r\n")
        assert answer.count(b"HTTP/1.1") == 1
