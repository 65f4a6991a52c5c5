"""Caches the centre's programmes and their room, so that guards need no query."""

import asyncio
from contextlib import suppress
from types import MappingProxyType

import structlog

from ieum.delivery.backoff import BackOff
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.storage.catalogue import read_capacities, read_programmes
from ieum_contracts.address import Address
from ieum_contracts.capacity import CapacityChanged
from ieum_contracts.programme import ProgrammePublished

READ_AGAIN_SECONDS = 30.0
RETRY_SECONDS, RETRY_SECONDS_MAX = 1.0, 5.0

_log = structlog.get_logger(__name__)


class ProgrammeCache:
    """The centre's programmes and their room in memory, reloaded when the catalogue has changed."""

    def __init__(self, context: DeliveryContext) -> None:
        self._context = context
        self._programmes: dict[tuple[Address, str], ProgrammePublished] = {}
        self._capacities: dict[tuple[Address, str], CapacityChanged] = {}
        self._changed = asyncio.Event()
        self._whole = False
        self.catalogued = asyncio.Event()
        """Set once everything published before the start is in memory."""
        self.programmes = MappingProxyType(self._programmes)
        self.capacities = MappingProxyType(self._capacities)

    def changed(self) -> None:
        """Note that the catalogue in the database has changed."""
        self._changed.set()

    def whole(self) -> None:
        """Note that everything published before the start is in the database."""
        self._whole = True
        self._changed.set()

    async def run(self) -> None:
        """Reload after every change, until cancelled."""
        backoff = BackOff(RETRY_SECONDS, RETRY_SECONDS_MAX)
        while True:
            self._changed.clear()
            whole = self._whole
            try:
                async with self._context.database.acquire() as connection:
                    self._programmes.update(await read_programmes(connection))
                    self._capacities.update(await read_capacities(connection))
            except DATABASE_RETRYABLE:
                await asyncio.sleep(backoff.pause())
                continue
            except Exception as error:  # noqa: BLE001 - most often a database that was never migrated
                _log.error("catalogue.load-failed", error=type(error).__name__)
            else:
                backoff.reset()
                if whole:
                    self.catalogued.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(READ_AGAIN_SECONDS):
                    await self._changed.wait()
