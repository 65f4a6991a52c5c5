"""Destroys inquiries that nobody has cited within a day, in the process that leads."""

import asyncio

import structlog

from ieum.delivery.backoff import spread
from ieum.delivery.delivery_context import Connections
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.streams.peers import Peers
from ieum.storage.inquiry_erasure import EXPIRED_MAX, expire_inquiries

EXPIRE_SECONDS = 60.0
EXPIRE_PAUSE_SECONDS = 0.5
"""Between two turns while more is due than one takes."""

_log = structlog.get_logger(__name__)


async def keep_expiring(database: Connections, peers: Peers, leading: asyncio.Event) -> None:
    """Destroy what is due once a minute, until cancelled, while this process leads."""
    while True:
        await leading.wait()
        more = False
        try:
            async with database.acquire() as connection:
                more = await expire_inquiries(connection, peers) == EXPIRED_MAX
        except DATABASE_RETRYABLE:
            pass
        except Exception as error:  # noqa: BLE001 - the service works without it; it is retried
            _log.error("inquiries.expiry-failed", error=type(error).__name__)
        await asyncio.sleep(spread(EXPIRE_PAUSE_SECONDS if more else EXPIRE_SECONDS))
