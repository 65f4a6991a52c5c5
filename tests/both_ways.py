"""What a proxy does with a connection: it carries bytes both ways until one side ends."""

import asyncio
from collections.abc import Coroutine


async def until_one_ends(*ways: Coroutine[None, None, None]) -> None:
    """Run these side by side until the first one ends, then end the others."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
