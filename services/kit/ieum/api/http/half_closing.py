"""The transport of an answer that is sent before the whole request has arrived."""

import asyncio
from collections.abc import Callable


class HalfClosing:
    """A transport whose close ends only writing: the client can read the answer while it still sends."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close
