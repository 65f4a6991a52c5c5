"""A door before a broker: a TCP proxy that can be shut, slow, or deaf on one side."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from ieum_lab.embedded.ports import LOOPBACK
from tests.both_ways import until_one_ends

CHUNK_BYTES = 256 * 1024


class Deaf(StrEnum):
    """Whose bytes a half-open door swallows; the connection stays open all the while."""

    NOBODY = "nobody"
    CLIENTS = "clients"
    BROKER = "broker"


@dataclass
class Door:
    """Listens where the broker says that it listens, and passes on to where it really does."""

    port: int
    behind: int
    shut: bool = False
    delay_seconds: float = 0.0
    deaf: Deaf = Deaf.NOBODY
    _server: asyncio.Server | None = None
    _through: set[asyncio.StreamWriter] = field(default_factory=set)
    _passing: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._pass, LOOPBACK, self.port, limit=CHUNK_BYTES)

    async def close(self) -> None:
        """Stop listening and drop everyone."""
        if self._server is not None:
            self._server.close()
        self.drop()
        for passing in list(self._passing):
            passing.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    def cut(self) -> None:
        """Drop every connection and let nobody in."""
        self.shut = True
        self.drop()

    def mend(self) -> None:
        """Be an ordinary door again. A connection of which bytes were swallowed is dropped."""
        if self.deaf is not Deaf.NOBODY:
            self.drop()
        self.shut, self.delay_seconds, self.deaf = False, 0.0, Deaf.NOBODY

    def drop(self) -> None:
        """Reset every connection."""
        for writer in self._through:
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.shut:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        self._through.add(writer)
        try:
            await self._between(reader, writer)
        finally:
            self._through.discard(writer)
            self._passing.discard(task)
            writer.transport.abort()

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            their_reader, their_writer = await asyncio.open_connection(
                LOOPBACK, self.behind, limit=CHUNK_BYTES
            )
            self._through.add(their_writer)
            try:
                await until_one_ends(
                    self._carry(reader, their_writer, Deaf.CLIENTS),
                    self._carry(their_reader, writer, Deaf.BROKER),
                )
            finally:
                self._through.discard(their_writer)
                their_writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, whose: Deaf) -> None:
        while data := await reader.read(CHUNK_BYTES):
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            if self.deaf is not whose:
                writer.write(data)
                await writer.drain()
