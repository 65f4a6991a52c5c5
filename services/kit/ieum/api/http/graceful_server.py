"""Graceful shutdown: a server that stops without ending its process, and closes connections that time out."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from uvicorn.config import Config

from ieum.api.http.connection_limits import SWEEP_SECONDS, sweep
from ieum.errors import Unreachable


class GracefulServer(uvicorn.Server):
    """Stops on SIGTERM or SIGINT by returning from `serve`, so that the rest of the service can be stopped.

    Uvicorn's own server raises the signal again, which ends the process at once.
    """

    def __init__(
        self, config: Config, ready: Callable[[], Awaitable[object]] | None, ending: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._ending = ending
        self._sweeping: asyncio.TimerHandle | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second signal stops at once."""
        super().handle_exit(sig, frame)
        if self._ending is not None:
            self._ending()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, once `ready` has returned."""
        if self._ready is not None:
            await self._ready()
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn ends the process, and its logger is silent
            raise Unreachable(
                f"Nothing can be served at {self.config.host}:{self.config.port}: another process is there, "
                "or this machine has no such address. Set IEUM_HTTP_PORT or IEUM_HTTP_HOST."
            ) from None
        self._sweep()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and let running requests end."""
        await super().shutdown(sockets)
        if self._sweeping is not None:
            self._sweeping.cancel()

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        sweep(self.server_state.connections, loop.time())
        self._sweeping = loop.call_later(SWEEP_SECONDS, self._sweep)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen for the signals while serving."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
