"""Bytes on sockets: a server that says what it was asked, and clients that send what they are told."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ieum.api.http.http_limits import USUAL_HTTP, HttpLimits
from ieum.api.http.server import server

SECONDS_MAX = 10.0
BETWEEN_SEGMENTS = 0.05
_HEAD = re.compile(rb"HTTP/1\.1 (\d{3})[^\r]*\r\n(?:(.*?)\r\n)??\r\n", re.DOTALL)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Say method, path, Host and body."""
    request = Request(scope, receive)
    body = (await request.body()).decode()
    said = f"{request.method} {scope['path']} {request.headers.get('host', '')} {body}"
    await PlainTextResponse(said)(scope, receive, send)


@asynccontextmanager
async def serving(app: ASGIApp, limits: HttpLimits = USUAL_HTTP) -> AsyncIterator[int]:
    """Serve an application; gives the port."""
    running = server(app, "127.0.0.1", 0, limits=limits)
    task = asyncio.create_task(running.serve())
    while not running.started:
        await asyncio.sleep(0.01)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    await task


async def talk(port: int, *segments: bytes, seconds: float = SECONDS_MAX, half_closes: bool = False) -> bytes:
    """Send segments one after the other, and give all that comes back until the server ends it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for number, segment in enumerate(segments):
            await asyncio.sleep(BETWEEN_SEGMENTS if number else 0)
            writer.write(segment)
            await writer.drain()
        if half_closes:
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), seconds)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def answers(said: bytes) -> list[tuple[int, str, str]]:
    """Take what came back apart: status, media type and body of each answer."""
    found = []
    while head := _HEAD.match(said):
        status, lines = int(head[1]), head[2] or b""
        length = _LENGTH.search(lines)
        end = head.end() + (int(length[1]) if length else 0)
        media = re.search(rb"content-type: ([^\r;]*)", lines, re.IGNORECASE)
        found.append((status, media[1].decode() if media else "", said[head.end() : end].decode()))
        said = said[end:]
    assert said == b"", said
    return found
