"""Maintenance by the leading process: retry what waits, ask again for what is missing, clear what is old."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Generic
from uuid import UUID

import structlog
from asyncpg import Connection

from ieum.delivery.answering import Answering, Ends
from ieum.delivery.application import Known
from ieum.delivery.backoff import BackOff
from ieum.delivery.blocked.parking import WOKEN_MAX, due_keys, wake_for_new_contracts
from ieum.delivery.blocked.source_breaker import release_due
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.erasing import erase_the_rest
from ieum.delivery.failures import DATABASE_RETRYABLE, RETRYABLE
from ieum.delivery.maintenance.clock_repair import pull_back_waits
from ieum.delivery.maintenance.retention import Retention
from ieum.delivery.notices.notices import tell
from ieum.delivery.receiving.batch_result import BatchResult
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.recovering.heads import HeadsPublisher, missing
from ieum.delivery.recovering.resend import ASKED_MAX, Gaps
from ieum.delivery.recovering.restore import ask_the_silent_again
from ieum.delivery.sending.relay import Relay
from ieum.delivery.streams.streams import FAMILIES
from ieum.errors import Transient
from ieum_contracts.delivery import StreamResendAsked

TICK_SECONDS = 1.0
GAP_AGE = timedelta(seconds=30)
CONTRACTS_AGE = timedelta(minutes=10)
"""How often to retry what was not understood: an older instance parks what the newer, leading one knows."""
GAP_TICKS = 3
"""Ticks between two searches for gaps: the sender is asked within 35 seconds."""
BACKOFF_SECONDS_MAX = 5.0
COUNT_TICKS = 5
HEADS_TICKS = 60

_COUNT = """
select
    (select count(*) from outbox) as outbox,
    (select count(*) from notice) as notice,
    (select count(*) from parked where not dead) as parked,
    (select count(*) from parked where dead) as dead
"""

COUNTED = ("outbox", "notice", "parked", "dead")

_log = structlog.get_logger(__name__)


class Maintenance(Generic[Known]):
    """The periodic jobs that keep streams moving without an operator."""

    def __init__(
        self, context: DeliveryContext, inbox: Inbox[Known], relay: Relay, ends: Ends, compared: asyncio.Event
    ) -> None:
        self._context = context
        self._compared = compared
        self._inbox = inbox
        self._relay = relay
        self._answering = Answering(context, relay, ends)
        self._heads = HeadsPublisher(context)
        self._gaps = Gaps()
        self._contracts_from = datetime.min.replace(tzinfo=UTC)
        self._more = False
        self._retention = Retention(context)

    async def run(self) -> None:
        """Work until cancelled, while this process leads; long jobs do not delay the others."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_streams_moving())
            tasks.create_task(self._keep_house())

    async def _keep_streams_moving(self) -> None:
        ticks, moving = 0, BackOff(TICK_SECONDS, BACKOFF_SECONDS_MAX)
        while True:
            if not self._relay.leading.is_set():
                self._context.measures.waiting(dict.fromkeys(COUNTED, 0))  # another process counts them now
                await self._relay.leading.wait()
            self._more = False
            well = await self._each(partial(self._look, ticks), self._wake)
            ticks += 1
            await asyncio.sleep(self._pause(moving, well=well))

    async def _keep_house(self) -> None:
        housing = BackOff(TICK_SECONDS, BACKOFF_SECONDS_MAX)
        while True:
            await self._relay.leading.wait()
            well = await self._each(self._answering.turn, self._retention.turn)
            await asyncio.sleep(TICK_SECONDS if well else housing.pause())
            if well:
                housing.reset()

    def _pause(self, backoff: BackOff, *, well: bool) -> float:
        """Return the seconds to sleep: until the next tick, none when more is due, longer after failures."""
        if not well:
            return backoff.pause()
        backoff.reset()
        return 0 if self._more else TICK_SECONDS

    async def _each(self, *steps: Callable[[], Awaitable[None]]) -> bool:
        """Run every step even when another fails; what fails is retried at the next tick.

        Returns whether the database answered.
        """
        away = set()
        for step in steps:
            try:
                await step()
            except RETRYABLE as error:
                away.add(type(error).__name__)
            except Exception as error:  # noqa: BLE001 - any failure is retried
                _log.error("maintenance.failed", error=type(error).__name__)
        if away:
            _log.warning("maintenance.database-away", errors=sorted(away))
        return not away

    async def _look(self, ticks: int) -> None:
        """Do what is due at this tick."""
        now = self._context.clock()
        async with self._context.database.acquire() as connection:
            self._contracts_from = min(self._contracts_from, now - CONTRACTS_AGE)
            if now - self._contracts_from >= 2 * CONTRACTS_AGE:
                await wake_for_new_contracts(connection, self._contracts_from, now)
                self._contracts_from = now - CONTRACTS_AGE  # clocks of two instances may differ
            await release_due(connection, self._context, now)
            await erase_the_rest(connection)
            if ticks % GAP_TICKS == 0:
                await pull_back_waits(connection, now)
                await self._ask_again(connection, now)
            if ticks % HEADS_TICKS == 0:
                await ask_the_silent_again(connection, self._context, now)
            if ticks % HEADS_TICKS == 0 or self._heads.behind:
                await self._heads.say(connection, now)
            if ticks % COUNT_TICKS == 0:
                self._context.measures.waiting(dict(await connection.fetchrow(_COUNT) or {}))

    async def _wake(self) -> None:
        """Retry what is due, a limited number at once, so that other steps do not wait long.

        Not before the database is compared with Kafka: folding may say something, and in a database that
        was restored its number may have been given before.
        """
        if not self._compared.is_set():
            return
        async with self._context.database.acquire() as connection:
            due = await due_keys(connection, self._context.clock())
        for key in due:
            try:
                taken = await self._woken({key})
            except Transient:
                continue
            except DATABASE_RETRYABLE:
                raise
            except Exception as error:  # noqa: BLE001 - one key must not delay the others
                _log.error("stream.stuck", key=str(key), error=type(error).__name__)
                continue
            _log.info("stream.woken", key=str(key), **taken.counts)
            self._relay.wake()
        self._more = len(due) == WOKEN_MAX

    async def _woken(self, keys: set[UUID]) -> BatchResult:
        """Retry what waits; if that breaks the transaction, it counts as one more failure of the fold."""
        try:
            return await self._inbox.wake(keys)
        except RETRYABLE:
            raise
        except Exception as error:  # noqa: BLE001 - it waits for its next retry or for an operator
            return await self._inbox.wake_in_vain(keys, error)

    async def _ask_again(self, connection: Connection, now: datetime) -> None:
        gaps = await self._gaps.due(connection, now, GAP_AGE)
        lost = {*gaps, *await missing(connection, GAP_AGE, ASKED_MAX)}
        notices = [
            (
                stream,
                StreamResendAsked(family=FAMILIES[stream.family], key=stream.key, first=first, last=last),
            )
            for stream, first, last in sorted(lost)
        ]
        for stream, ask in notices:
            _log.warning("sequence.gap", key=str(stream.key), first=ask.first, last=ask.last)
        await tell(connection, self._context, notices, now)
        self._gaps.asked(gaps, now)
        if notices:
            self._relay.wake()
