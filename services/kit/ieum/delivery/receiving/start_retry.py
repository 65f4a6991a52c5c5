"""Starting: a step that is tried until it works, through failures of database and broker."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from ieum.delivery.backoff import BackOff
from ieum.delivery.failures import RETRYABLE

BACKOFF_SECONDS_MIN, BACKOFF_SECONDS_MAX = 0.1, 5.0

_log = structlog.get_logger(__name__)


async def through_failures(step: Callable[[], Awaitable[None]]) -> None:
    """Take a step of the consumer's start, as often as it takes."""
    backoff = BackOff(BACKOFF_SECONDS_MIN, BACKOFF_SECONDS_MAX)
    while True:
        try:
            return await step()
        except RETRYABLE as error:
            pause = backoff.pause()
            _log.warning("consumer.broker-away", error=str(error), retry_seconds=round(pause, 2))
        except Exception as error:  # noqa: BLE001 - a database that was never migrated, above all
            pause = backoff.pause()
            name = type(error).__name__
            _log.error("consumer.start-failed", error=name, retry_seconds=round(pause, 2))
        await asyncio.sleep(pause)
