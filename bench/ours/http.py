"""A frugal HTTP/1.1 caller: what it costs itself should not be taken for the service's cost."""

import asyncio
from collections import deque


class Caller:
    """Posts JSON over connections that stay open; each carries one request at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._free: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()

    async def post(self, path: str, key: str, body: bytes) -> tuple[int, dict[str, str]]:
        """Post a body under an idempotency key; returns the status and the headers of the answer."""
        reader, writer = self._free.popleft() if self._free else await asyncio.open_connection(*self._address)
        head = (
            f"POST {path} HTTP/1.1\r\nhost: {self._address[0]}\r\ncontent-type: application/json\r\n"
            f"idempotency-key: {key}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        status, headers = _read_head(await reader.readuntil(b"\r\n\r\n"))
        await reader.readexactly(int(headers.get("content-length", "0")))
        self._free.append((reader, writer))
        return status, headers


def _read_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}
