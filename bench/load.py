"""Sending referrals: as many as the case can take, or so many a second whatever becomes of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from bench.trips import Trips

BEHIND_SECONDS_MAX = 5.0
DRAIN_SECONDS_MAX = 20.0
PAUSE_SECONDS = 0.001

Send = Callable[[str], Awaitable[str]]
"""Sends one referral and returns its id: the one proposed, or another that the service gave it."""


class Load:
    """The acts of an originator: `begin` a load, `mark` what came of it, `stop` it."""

    def __init__(self, send: Send, trips: Trips) -> None:
        self._send = send
        self._trips = trips
        self._task: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._errors: dict[str, int] = {}

    async def begin(self, in_flight: int = 0, rate: float = 0.0, senders: int = 0) -> dict[str, Any]:
        """Begin to send: with so many unanswered at a time, or so many a second."""
        work = self._at_rate(rate) if rate else self._in_flight(in_flight, senders or in_flight)
        self._task = asyncio.create_task(work)
        return {}

    async def mark(self) -> dict[str, Any]:
        """Tell what became of the referrals since the last mark."""
        return {**asdict(self._trips.mark()), "errors": dict(self._errors)}

    async def stop(self, *, marking: bool = True) -> dict[str, Any]:
        """Stop sending and wait for the answers under way, some seconds at most; forget them by a mark."""
        if self._task is not None:
            self._task.cancel()
        deadline = time.monotonic() + DRAIN_SECONDS_MAX
        while (self._trips.waiting or self._sending) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        unanswered = self._trips.waiting
        self._trips.forget()
        if marking:
            self._trips.mark()
        return {"answered": self._trips.ended, "unanswered": unanswered, "errors": self._errors}

    async def burst(self, count: int, senders: int) -> dict[str, Any]:
        """Send so many at once and wait for none of the answers."""
        slots = asyncio.Semaphore(senders)

        async def one() -> None:
            async with slots:
                await self._send(str(uuid4()))

        for begin in range(0, count, 10_000):
            await asyncio.gather(*(one() for _ in range(min(10_000, count - begin))))
        return {"sent": count}

    async def _in_flight(self, limit: int, senders: int) -> None:
        while True:
            while self._trips.waiting >= limit or len(self._sending) >= senders:
                await asyncio.sleep(PAUSE_SECONDS)
            self._start(time.time())

    async def _at_rate(self, rate: float) -> None:
        begun, sent = time.time(), 0
        while True:
            due = int((time.time() - begun) * rate) + 1
            while sent < due and self._trips.waiting < rate * BEHIND_SECONDS_MAX:
                self._start(begun + sent / rate)
                sent += 1
            await asyncio.sleep(PAUSE_SECONDS)

    def _start(self, at: float) -> None:
        key = str(uuid4())
        self._trips.begin(key, at)
        task = asyncio.create_task(self._one(key, at))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _one(self, key: str, at: float) -> None:
        try:
            given = await self._send(key)
        except Exception as error:  # noqa: BLE001 - counted and shown; the load goes on
            name = f"{type(error).__name__}: {error}"[:200]
            self._errors[name] = self._errors.get(name, 0) + 1
            given = ""
        if given != key:
            self._trips.rename(key, given, at)
