"""Broken comparisons: what was read without a lock is written as it must not be."""

import asyncio
from random import random
from typing import Any

from ieum.application import flush, optimistic_commands
from ieum.delivery.streams import batch_write, unlocked_streams
from ieum.storage import unlocked_rows
from tests.chaos.broken.patching import put, rewrite

READ_SECONDS_MAX = 0.1
"""How long somebody takes between reading and writing, so that another writes meanwhile."""


def versions_not_compared() -> None:
    """Write though what was read has changed meanwhile."""
    _read_slowly()
    rewrite(
        *(unlocked_streams, "_UNCHANGED"),
        "= ${expected}::text[]",
        "is not null and ${expected}::text[] is not null",
    )
    rewrite(optimistic_commands, "_UNCHANGED", "= $2::text[]", "is not null and $2::text[] is not null")


def clash_taken_for_done() -> None:
    """Answer as if it were written, though nothing was because something had changed."""
    write_whole = batch_write.write

    async def write(*arguments: Any, **named: Any) -> bool:
        await write_whole(*arguments, **named)
        return True

    _read_slowly()
    put(flush, "write", write)


def clash_written_all_the_same() -> None:
    """Where something had changed, write what was decided before, and do not look again."""
    write_whole = batch_write.write

    async def write(connection: Any, parts: Any, condition: Any = None) -> bool:
        if await write_whole(connection, parts, condition):
            return True
        written: bool = await write_whole(connection, parts)
        return written

    _read_slowly()
    put(flush, "write", write)


def _read_slowly() -> None:
    known_whole = unlocked_rows.known_of

    async def known_of(*arguments: Any) -> Any:
        known = await known_whole(*arguments)
        await asyncio.sleep(random() * READ_SECONDS_MAX)
        return known

    put(unlocked_rows, "known_of", known_of)
