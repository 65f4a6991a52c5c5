"""A door before PostgreSQL: a TCP proxy that notes each exchange with the statement that was executed."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from ieum_lab.embedded.ports import LOOPBACK, free_port
from tests.both_ways import until_one_ends

CHUNK_BYTES = 256 * 1024
STARTUP = 196_608
"""Protocol 3.0; what comes before it asks for encryption."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a client has sent before it waited for an answer: on which of its connections, which statement."""

    application: str
    connection: int
    text: str


@dataclass
class PostgresDoor:
    """Passes everything on to the server behind it."""

    port: int
    behind: int
    exchanges: list[Exchange] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection(LOOPBACK, self.behind)
        listening = _Frontend(self.exchanges, next(self._numbers))
        try:
            await until_one_ends(_carry(reader, their_writer, listening), _carry(their_reader, writer, None))
        finally:
            for each in (writer, their_writer):
                each.transport.abort()


@asynccontextmanager
async def postgres_door(behind: int) -> AsyncIterator[PostgresDoor]:
    """Open a door before the server at a port, as long as the block lasts."""
    door = PostgresDoor(free_port(), behind)
    server = await asyncio.start_server(door._pass, LOOPBACK, door.port)
    try:
        yield door
    finally:
        server.close()


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listening: "_Frontend | None"
) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            if listening is not None:
                listening.take(data)
            writer.write(data)
            await writer.drain()


class _Frontend:
    """Reads what one client sends, by the message formats of PostgreSQL's protocol 3.0."""

    def __init__(self, exchanges: list[Exchange], connection: int) -> None:
        self._exchanges, self._connection = exchanges, connection
        self._application, self._begun, self._text = "", False, ""
        self._buffer = bytearray()
        self._statements: dict[bytes, str] = {}

    def take(self, data: bytes) -> None:
        self._buffer += data
        while (message := self._next()) is not None:
            self._read(*message)

    def _next(self) -> tuple[bytes, bytes] | None:
        """Return the next whole message, by its type and its content."""
        kind = 1 if self._begun else 0
        if len(self._buffer) < kind + 4:
            return None
        end = kind + int(struct.unpack_from(">I", self._buffer, kind)[0])
        if len(self._buffer) < end:
            return None
        message = bytes(self._buffer[:kind]), bytes(self._buffer[kind + 4 : end])
        del self._buffer[:end]
        return message

    def _read(self, kind: bytes, content: bytes) -> None:
        match kind:
            case b"" if struct.unpack_from(">I", content)[0] == STARTUP:
                words = content[4:].split(b"\0")
                self._application = dict(zip(words[::2], words[1::2], strict=False))[
                    b"application_name"
                ].decode()
                self._begun = True
            case b"P":
                name, text, _ = content.split(b"\0", 2)
                self._statements[name] = self._text = text.decode()
            case b"B":
                _, name, _ = content.split(b"\0", 2)
                self._text = self._statements[name]
            case b"Q":
                self._note(content[:-1].decode())
            case b"S":
                self._note(self._text)
            case _:
                pass

    def _note(self, text: str) -> None:
        self._exchanges.append(Exchange(self._application, self._connection, " ".join(text.split())))
