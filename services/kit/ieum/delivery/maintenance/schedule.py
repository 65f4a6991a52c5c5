"""The maintenance of streams: a table of jobs and intervals, worked through by the process that leads."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Generic, NamedTuple

import structlog
from asyncpg import Connection

from ieum.delivery.application import Known
from ieum.delivery.backoff import BackOff
from ieum.delivery.blocked.source_breaker import release_due
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.erasure import erase_the_rest
from ieum.delivery.failures import RETRYABLE
from ieum.delivery.maintenance.answer_heads import AnswerHeads
from ieum.delivery.maintenance.ask_again import AskAgain
from ieum.delivery.maintenance.clock_repair import pull_back_waits
from ieum.delivery.maintenance.count_waiting import count_nothing, count_waiting
from ieum.delivery.maintenance.retention import Retention
from ieum.delivery.maintenance.retry_not_understood import RetryNotUnderstood
from ieum.delivery.maintenance.something_waits import something_waits
from ieum.delivery.maintenance.wake_parked import WakeParked
from ieum.delivery.maintenance.walk_parked import WalkParked
from ieum.delivery.receiving.consumer import Consumer
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.recovering.heads import HeadsPublisher
from ieum.delivery.recovering.restore import ask_the_silent_again
from ieum.delivery.recovering.unconfirmed import note_said, tell_again
from ieum.delivery.sending.relay import Relay

BACKOFF_SECONDS_MAX = 5.0
COUNT_TICKS = 5

_log = structlog.get_logger(__name__)


class Job(NamedTuple):
    """One line of the table: the interval in ticks, and the job."""

    every_ticks: int
    work: Callable[[], Awaitable[object]]
    for_what_waits: bool = False
    """Whether it has nothing to do while nothing waits."""


class Maintenance(Generic[Known]):
    """What has to be done at intervals, so that streams move on by themselves."""

    def __init__(
        self,
        context: DeliveryContext,
        inbox: Inbox[Known],
        relay: Relay,
        consumer: Consumer[Known],
        *,
        cleaning: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self._context = context
        self._relay = relay
        self._wake_parked = WakeParked(context, inbox, relay)
        self._answer_heads = AnswerHeads(context, relay, consumer.ends)
        self._walk_parked = WalkParked()
        self._ask_again = AskAgain(context, relay, consumer.progress, self._walk_parked)
        self._heads = HeadsPublisher(context)
        self._retry_not_understood = RetryNotUnderstood()
        self._cleaning = (Retention(context).turn, *cleaning)
        self._something_waits = True

    def _jobs(self, connection: Connection, now: datetime) -> Iterator[Job]:
        """Return the jobs that share a connection, in order."""
        context, limits = self._context, self._context.limits
        yield Job(1, lambda: self._retry_not_understood.run(connection, now))
        yield Job(1, lambda: release_due(connection, context, now), for_what_waits=True)
        yield Job(1, lambda: erase_the_rest(connection), for_what_waits=True)
        yield Job(limits.gap_ticks, lambda: pull_back_waits(connection, now), for_what_waits=True)
        yield Job(1, lambda: self._walk_parked.run(connection, now), for_what_waits=True)
        yield Job(limits.gap_ticks, lambda: self._ask_again.run(connection, now, limits.gap_age))
        yield Job(limits.heads_ticks, lambda: ask_the_silent_again(connection, context, now))
        heads_ticks = 1 if self._heads.behind else limits.heads_ticks
        yield Job(heads_ticks, lambda: self._heads.say(connection, now))
        yield Job(1, lambda: note_said(connection, limits))
        yield Job(limits.heads_ticks, lambda: tell_again(connection, context, now))
        yield Job(COUNT_TICKS, lambda: count_waiting(connection, context.measures, self._walk_parked.reasons))

    async def run(self) -> None:
        """Work until cancelled, while this process leads; long jobs do not delay the others."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_streams_moving())
            tasks.create_task(self._clear_and_answer())

    async def _keep_streams_moving(self) -> None:
        tick_seconds = self._context.limits.tick_seconds
        ticks, backoff = 0, BackOff(tick_seconds, BACKOFF_SECONDS_MAX)
        while True:
            if not self._relay.leading.is_set():
                count_nothing(self._context.measures)
                await self._relay.leading.wait()
            well = await self._due(ticks)
            if self._something_waits:
                well = await self._each(self._wake_parked.run) and well
            ticks += 1
            await _rest(backoff, 0 if self._wake_parked.more else tick_seconds, well=well)

    async def _clear_and_answer(self) -> None:
        tick_seconds = self._context.limits.tick_seconds
        backoff = BackOff(tick_seconds, BACKOFF_SECONDS_MAX)
        while True:
            await self._relay.leading.wait()
            well = await self._each(self._answer_heads.run, *self._cleaning)
            await _rest(backoff, tick_seconds, well=well)

    async def _due(self, ticks: int) -> bool:
        """Run the jobs that are due at this tick; returns whether the database answered."""
        well = False

        async def run() -> None:
            nonlocal well
            async with self._context.database.acquire() as connection:
                now = self._context.clock()
                waits = await something_waits(connection, now)
                waits = waits or self._walk_parked.is_under_way or self._wake_parked.more
                self._something_waits = waits
                jobs = [job for job in self._jobs(connection, now) if waits or not job.for_what_waits]
                well = await self._each(*(job.work for job in jobs if ticks % job.every_ticks == 0))

        return await self._each(run) and well

    async def _each(self, *steps: Callable[[], Awaitable[object]]) -> bool:
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


async def _rest(backoff: BackOff, seconds: float, *, well: bool) -> None:
    """Sleep until the next tick, or longer after failures."""
    if well:
        backoff.reset()
    await asyncio.sleep(seconds if well else backoff.pause())
