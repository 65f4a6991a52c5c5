"""Repeats a step of the start until it works, through failures of database and broker."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from ieum.delivery.backoff import BackOff
from ieum.delivery.failures import RETRYABLE

BACKOFF_SECONDS_MIN, BACKOFF_SECONDS_MAX = 0.1, 5.0

_log = structlog.get_logger(__name__)


async def through_failures(step: Callable[[], Awaitable[None]]) -> None:
    """Repeat a step until it raises nothing."""
    backoff = BackOff(BACKOFF_SECONDS_MIN, BACKOFF_SECONDS_MAX)
    while True:
        try:
            return await step()
        except RETRYABLE as error:
            pause = backoff.pause()
            _log.warning("consumer.broker-away", error=str(error), retry_seconds=round(pause, 2))
        except Exception as error:  # noqa: BLE001 - most often a database that was never migrated
            pause = backoff.pause()
            name = type(error).__name__
            _log.error("consumer.start-failed", error=name, retry_seconds=round(pause, 2))
        await asyncio.sleep(pause)
