"""Broken clocks and waiting lists: what an agency does by itself, as it must not be done."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from random import random
from typing import Any
from uuid import UUID

from asyncpg import Connection

from ieum.application import clock_runner, room_keeper
from ieum.application.room_keeper import RoomKeeper
from ieum.casework.clock_book import ClockBook
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.storage import room_rows
from ieum.storage.clock_rows import lock_due, read_clock_book
from tests.chaos.broken.patching import put, rewrite

WORK_SECONDS = 0.2
"""How long somebody takes between looking and acting, so that another does the same meanwhile."""
PAUSE_SECONDS = 0.05
_DUE = """
select distinct referral from clock where fires_at > $1 and fires_at <= $2 order by referral limit $3
"""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def clocks_read_before_lock() -> None:
    """Believe what was read of the clocks before their referrals were locked."""
    books: dict[Connection, ClockBook] = {}

    async def look(connection: Connection, now: datetime, limit: int) -> set[UUID]:
        found = {row["referral"] for row in await connection.fetch(_DUE, LONG_AGO, now, limit)}
        books[connection] = await read_clock_book(connection, found)
        await asyncio.sleep(random() * WORK_SECONDS)
        return found

    async def believe(connection: Connection, _referrals: Collection[UUID]) -> ClockBook:
        return books.pop(connection)

    put(clock_runner, "TURN_SECONDS", PAUSE_SECONDS)
    put(clock_runner, "lock_due", look)
    put(clock_runner, "read_clock_book", believe)


def clocks_in_memory() -> None:
    """Act on what has run out since this process last looked, as a timer in memory does."""
    last = datetime.now(UTC)

    async def lock_newly_due(connection: Connection, now: datetime, limit: int) -> set[UUID]:
        nonlocal last
        newly = {row["referral"] for row in await connection.fetch(_DUE, last, now, limit)}
        last = now
        return newly & await lock_due(connection, now, limit)

    put(clock_runner, "lock_due", lock_newly_due)


def room_without_lock() -> None:
    """Let every process walk the queues, each with the places that it has counted for itself."""

    async def walk(self: RoomKeeper) -> None:
        while True:
            self._seen.clear()
            with suppress(*DATABASE_RETRYABLE):
                await self.turn()
            await asyncio.sleep(PAUSE_SECONDS)

    async def unlocked(_connection: Connection, _programme: str) -> bool:
        return True

    async def read_later(*arguments: Any) -> Any:
        await asyncio.sleep(random() * WORK_SECONDS)
        return await room_rows.read_queue(*arguments)

    put(RoomKeeper, "run", walk)
    put(room_keeper, "lock_room", unlocked)
    put(room_keeper, "read_queue", read_later)


def arrivals_only() -> None:
    """Give free places to those who arrive; whoever was told to wait is not looked at again."""
    rewrite(
        room_rows,
        "_QUEUE",
        "where recipient and state in ('received', 'waitlisted')",
        "where recipient and state = 'received'",
    )
