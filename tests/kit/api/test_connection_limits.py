"""Many connections: health is answered, the longest idle one is closed, refusals are problems."""

import asyncio
import gc
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from prometheus_client import CollectorRegistry
from starlette.types import Receive, Scope, Send

from ieum.api.http import connection_limits
from ieum.api.http.http_limits import HttpLimits
from ieum.api.http.middleware import ApiMiddleware
from ieum.api.http.server import BoundedProtocol, server
from ieum.errors import Unreachable
from tests.kit.api.raw_http import answers, echo, serving, talk

HEALTH = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
METRICS = HEALTH.replace(b"/health/live", b"/metrics")
GET = b"GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n"
POST = b"POST /orders HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc"
Link = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Desk:
    """Answers at once, but `/slow` only when told to."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            await self.go_on.wait()
        await echo(scope, receive, send)


@asynccontextmanager
async def opened(port: int, count: int, said: bytes = b"") -> AsyncIterator[list[Link]]:
    """Open so many connections, one after the other, each of which says something and waits."""
    links: list[Link] = []
    try:
        for _ in range(count):
            links.append(await asyncio.open_connection("127.0.0.1", port))
            links[-1][1].write(said)
        await asyncio.sleep(0.2)
        yield links
    finally:
        for _, writer in links:
            writer.close()


async def is_ended(link: Link) -> bool:
    """Say whether the server has ended a connection from which nothing has come."""
    with suppress(TimeoutError, ConnectionError):
        return await asyncio.wait_for(link[0].read(1), 0.05) == b""
    return link[0].at_eof() or link[0].exception() is not None


@pytest.fixture
def handler() -> Desk:
    return Desk()


@pytest.fixture
async def port(handler: Desk) -> AsyncIterator[int]:
    async with serving(ApiMiddleware(handler, CollectorRegistry(), (), access=None)) as found:
        yield found
        handler.go_on.set()


async def test_a_port_that_is_taken_is_told_in_a_sentence(port: int) -> None:
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}: another process is there"):
        await server(echo, "127.0.0.1", port).serve()


async def test_idle_connections_give_way_oldest_first_and_everything_is_answered(port: int) -> None:
    more = 20
    async with opened(port, connection_limits.CONNECTIONS_MAX + more) as links:
        for asked in (HEALTH, POST, HEALTH):
            assert [status for status, *_ in answers(await talk(port, asked))] == [200]
        ended = [await is_ended(link) for link in (*links[:more], *links[-20:])]
    assert ended == [True] * more + [False] * 20


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /slow HTTP/1.1\r\nhost: localhost\r\nx: ",
        b"POST /orders HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nabc",
    ],
)
async def test_who_never_finishes_a_request_gives_way_too(port: int, begun: bytes) -> None:
    async with opened(port, connection_limits.CONNECTIONS_MAX + 20, begun) as links:
        for asked in (HEALTH, POST):
            assert [status for status, *_ in answers(await talk(port, asked))] == [200]
        assert await is_ended(links[0])


async def test_more_requests_than_are_served_are_refused_as_problems_and_health_and_metrics_are_not(
    port: int, handler: Desk
) -> None:
    async with opened(port, connection_limits.REQUESTS_MAX, GET) as links:
        said = await talk(port, POST)
        [(status, media, body)] = answers(said)
        assert (status, media) == (503, "application/problem+json")
        assert json.loads(body)["type"] == "urn:ieum:problem:overloaded"
        assert b"retry-after: " in said
        for asked in (HEALTH, METRICS):
            assert [status for status, *_ in answers(await talk(port, asked))] == [200]
        assert not await is_ended(links[0])
        handler.go_on.set()
        assert (await links[0][0].readline()).startswith(b"HTTP/1.1 200")
    assert [status for status, *_ in answers(await talk(port, POST))] == [200]


async def test_a_body_that_never_comes_to_its_end_ends_the_connection() -> None:
    async def ignores(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    begun = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n"
    async with serving(ignores, HttpLimits(message_seconds=0.2)) as port:
        assert await talk(port, begun, *[b"a"] * 4) == b""


async def test_empty_lines_keep_no_connection() -> None:
    async with serving(echo, HttpLimits(head_seconds=0.2)) as port:
        assert answers(await talk(port, b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n", b"\r\n"))[0][0] == 200


RESET = struct.pack("ii", 1, 0)


def reset(link: Link) -> None:
    """Break a connection off, as a client does that is killed (RST)."""
    link[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    link[1].transport.abort()


def kept() -> int:
    """Count the connections that are in memory."""
    gc.collect()
    return sum(isinstance(each, BoundedProtocol) for each in gc.get_objects())


async def test_a_connection_that_was_reset_is_not_kept(port: int) -> None:
    before = kept()
    async with opened(port, 20, HEALTH.replace(b"connection: close\r\n", b"")) as links:
        assert kept() == before + 20
        for link in links:
            reset(link)
        await asyncio.sleep(0.2)
        assert kept() == before


async def test_who_is_served_learns_of_a_reset_though_more_was_asked_behind_it() -> None:
    gone = asyncio.Event()

    async def waits(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    async with serving(waits) as port, opened(port, 1, GET + GET) as [link]:
        reset(link)
        await asyncio.wait_for(gone.wait(), 5)


async def test_who_does_not_take_the_answer_is_let_go() -> None:
    gone = asyncio.Event()

    async def endless(_scope: Scope, _receive: Receive, send: Send) -> None:
        length = 10**9
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % length)]}
        )
        try:
            for _ in range(length // 2**20):
                await send({"type": "http.response.body", "body": b"a" * 2**20, "more_body": True})
        finally:
            gone.set()

    async with serving(endless, HttpLimits(write_seconds=0.2)) as port, opened(port, 1, GET):
        await asyncio.wait_for(gone.wait(), 10)
