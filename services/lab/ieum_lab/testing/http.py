"""A cheap HTTP/1.1 client for load tests, so that its own cost is not counted as the service's."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass


class CallError(Exception):
    """A call without a complete answer: the service was away, went away meanwhile, or was too slow."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpCaller:
    """Calls one service over connections that stay open; each carries one request at a time."""

    def __init__(self, host: str, port: int, seconds_max: float = 30.0) -> None:
        self._address = host, port
        self._seconds_max = seconds_max
        self._free: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()

    async def call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answered:
        """Send a request and read its answer, which must have a Content-Length; raises CallError."""
        head = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        request = (
            f"{method} {path} HTTP/1.1\r\nhost: {self._address[0]}\r\n{head}"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode() + body
        try:
            async with asyncio.timeout(self._seconds_max):
                return await self._exchange(request)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            raise CallError(type(error).__name__) from error

    def close(self) -> None:
        """Close all connections."""
        while self._free:
            self._free.pop()[1].close()

    async def _exchange(self, request: bytes) -> Answered:
        reader, writer = self._kept() or await asyncio.open_connection(*self._address)
        try:
            writer.write(request)
            status, headers = _read_head(await reader.readuntil(b"\r\n\r\n"))
            answered = Answered(
                status, headers, await reader.readexactly(int(headers.get("content-length", "0")))
            )
        except BaseException:
            writer.close()
            raise
        if headers.get("connection") == "close":
            writer.close()
        else:
            self._free.append((reader, writer))
        return answered

    def _kept(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Take an open connection; that the service closed another since, as at a restart, is no failure."""
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None


def _read_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}
