"""The door before a broker: it passes on, drops, delays and swallows as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest_asyncio

from ieum_lab.embedded.ports import LOOPBACK, free_port
from tests.chaos.door import Deaf, Door


@pytest_asyncio.fixture
async def door() -> AsyncIterator[Door]:
    """Give a door before a server that repeats what it hears."""

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(repeat, LOOPBACK, 0)
    door = Door(free_port(), server.sockets[0].getsockname()[1])
    await door.open()
    yield door
    await door.close()
    server.close()


async def said_through(door: Door, seconds: float = 0.5) -> bytes | None:
    """Say something through the door and give what comes back; None if it stays open and nothing does."""
    reader, writer = await asyncio.open_connection(LOOPBACK, door.port)
    try:
        writer.write(b"hello")
        async with asyncio.timeout(seconds):
            return await reader.read(1000)
    except TimeoutError:
        return None
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def test_a_door_passes_on_in_both_directions(door: Door) -> None:
    assert await said_through(door) == b"hello"


async def test_a_shut_door_drops_who_is_inside_and_lets_nobody_in(door: Door) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, door.port)
    writer.write(b"hello")
    assert await reader.read(1000) == b"hello"

    door.cut()

    with suppress(ConnectionError):
        assert await reader.read(1000) == b""
    writer.transport.abort()
    assert await said_through(door) == b""
    door.mend()
    assert await said_through(door) == b"hello"


async def test_a_slow_door_takes_its_time(door: Door) -> None:
    door.delay_seconds = 0.2
    began = asyncio.get_running_loop().time()

    assert await said_through(door, seconds=2) == b"hello"
    assert asyncio.get_running_loop().time() - began >= 0.4


async def test_a_deaf_door_swallows_and_stays_open(door: Door) -> None:
    for whose in (Deaf.CLIENTS, Deaf.BROKER):
        door.deaf = whose
        assert await said_through(door) is None
        door.mend()
        assert await said_through(door) == b"hello"
