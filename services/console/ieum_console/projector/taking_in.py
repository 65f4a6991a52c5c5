"""Records are read while the ones before are written, so that neither waits for the other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 50
"""Records whose headers are read in one go, about two milliseconds; others have their turn in between."""


async def take_in(
    read: Callable[[], Awaitable[Sequence[T]]],
    write: Callable[[Sequence[T]], Awaitable[object]],
    is_time: Callable[[], bool],
) -> None:
    """Write what is read until nothing more is there, or it is time for something else.

    All that was read is written, in its order. Raises what reading or writing raises.
    """
    records = await read()
    while records:
        if is_time():
            await write(records)
            return
        reading = asyncio.ensure_future(read())
        try:
            await write(records)
            records = await reading
        finally:
            reading.cancel()


async def in_parts(records: Sequence[R], read: Callable[[R], T]) -> list[T]:
    """Read records one by one, and let others have their turn."""
    found: list[T] = []
    for start in range(0, len(records), AT_ONCE):
        found += [read(each) for each in records[start : start + AT_ONCE]]
        await asyncio.sleep(0)
    return found
