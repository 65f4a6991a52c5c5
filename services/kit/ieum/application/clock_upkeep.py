"""Sets clocks right, in the process that leads: another calendar moves them, older referrals get theirs."""

import asyncio
from datetime import datetime

import structlog
from asyncpg import Connection

from ieum.application.event_handler import EventHandler
from ieum.application.flush import flush
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.running_clocks import timed
from ieum.casework.values import Change
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import RETRYABLE
from ieum.delivery.streams.batch_write import Rows
from ieum.observe.metrics import CaseworkMeasures
from ieum.storage.clock_rows import read_clock_book, read_clocks
from ieum.storage.clock_upkeep_rows import (
    count_late,
    count_unerased,
    lock_timed_otherwise,
    next_unclocked,
    renew_rows,
    write_clocks,
)
from ieum.storage.referral_rows import lock_referrals

UPKEEP_ROWS_MAX = 500
"""Referrals that one turn looks at."""
UPKEEP_SECONDS, MORE_SECONDS = 15.0, 0.2

_log = structlog.get_logger(__name__)


class ClockUpkeep:
    """Turn by turn, moves what is timed by another calendar and gives clocks to referrals without."""

    def __init__(
        self,
        context: DeliveryContext,
        handler: EventHandler,
        leading: asyncio.Event,
        measures: CaseworkMeasures,
    ) -> None:
        self._context = context
        self._handler = handler
        self._leading = leading
        self._measures = measures

    async def run(self) -> None:
        """Work until cancelled, while this process leads."""
        while True:
            if not self._leading.is_set():
                self._measures.clocks_late({})
                self._measures.erasures_open(0)
                await self._leading.wait()
            more = False
            try:
                more = await self.turn()
            except RETRYABLE as error:
                _log.warning("clocks.database-away", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the clocks run without it; it is tried again
                _log.error("clocks.failed", error=type(error).__name__)
            await asyncio.sleep(MORE_SECONDS if more else UPKEEP_SECONDS)

    async def turn(self) -> bool:
        """Do a part of what is to be done; returns whether there is more of it. Raises one of RETRYABLE."""
        now = self._context.now()
        async with self._context.database.acquire() as connection:
            async with connection.transaction():
                moved = await self._time_again(connection)
            async with connection.transaction():
                begun = await self._begin(connection, now)
            self._measures.clocks_late(await count_late(connection, now))
            self._measures.erasures_open(await count_unerased(connection, now))
        if moved or begun:
            _log.info("clocks.set-right", moved=moved, begun=begun)
        return moved + begun > 0

    async def _time_again(self, connection: Connection) -> int:
        view = self._handler.view
        locked = await lock_timed_otherwise(connection, view.calendar_version, UPKEEP_ROWS_MAX)
        clocks = [(key, timed(each, view.calendar)) for key, each in await read_clocks(connection, locked)]
        await write_clocks(connection, clocks, view.calendar_version)
        return len(clocks)

    async def _begin(self, connection: Connection, now: datetime) -> int:
        """Give clocks to referrals under way that have none, as if they had changed when they last did."""
        unclocked = await next_unclocked(connection, now, UPKEEP_ROWS_MAX)
        found = await lock_referrals(connection, self._handler.peers, unclocked)
        clocks = await read_clock_book(connection, unclocked)
        for referral in found:
            clocks.note(Change(referral), None)
        await renew_rows(connection, [each.id for each in found])
        await flush(
            connection, self._handler.peers, LoadedCases(clocks=clocks), Rows(), view=self._handler.view
        )
        return len(found)
