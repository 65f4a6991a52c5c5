"""Acts on the clocks that have run out: every process of an agency does, and each clock is acted on once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from asyncpg import Connection

from ieum.application.event_handler import EventHandler, cases_of
from ieum.application.flush import flush
from ieum.casework.clock_firing import fire
from ieum.casework.clock_rules import belongs
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.running_clocks import RunningClock, fired
from ieum.casework.values import Change, Referral
from ieum.delivery.backoff import BackOff
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import RETRYABLE
from ieum.delivery.sending.outbox import Cause, Outbox, OutboxWriter, StreamBlocked
from ieum.observe.metrics import CaseworkMeasures
from ieum.storage.case_rows import lock_cases
from ieum.storage.clock_rows import is_due, lock_due, postpone, read_clock_book
from ieum.storage.referral_rows import lock_referrals
from ieum_contracts.overdue import ClockLevel

TURN_CLOCKS_MAX = 25
"""Clocks that are acted on in one transaction: it stays short, whatever is due."""
TURN_SECONDS = 1.0
BACKOFF_SECONDS_MAX = 5.0
TRY_AGAIN = timedelta(minutes=1)
"""After which a clock that could not be acted on (its stream stands still) is tried again."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did: referrals whose clocks had run out, events said, referrals to be tried again."""

    due: int = 0
    said: int = 0
    postponed: int = 0


class ClockRunner:
    """Turn by turn, finds what has run out and acts on it, in the transaction that marks it as done."""

    def __init__(
        self,
        context: DeliveryContext,
        handler: EventHandler,
        outbox: Outbox,
        wake: Callable[[], None],
        measures: CaseworkMeasures,
    ) -> None:
        self._context = context
        self._handler = handler
        self._outbox = outbox
        self._wake = wake
        self._measures = measures

    async def run(self) -> None:
        """Take turns until cancelled, through failures of the database."""
        backoff = BackOff(TURN_SECONDS, BACKOFF_SECONDS_MAX)
        while True:
            pause = TURN_SECONDS
            try:
                turn = await self.turn()
                backoff.reset()
                pause = 0.0 if turn.due - turn.postponed >= TURN_CLOCKS_MAX else TURN_SECONDS
            except RETRYABLE as error:
                pause = backoff.pause()
                _log.warning("clocks.database-away", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - what is due stays due, and is tried again
                pause = backoff.pause()
                _log.error("clocks.failed", error=type(error).__name__)
            await asyncio.sleep(pause)

    async def turn(self) -> Turn:
        """Act on at most TURN_CLOCKS_MAX clocks; raises one of RETRYABLE.

        Not before the database is compared with Kafka: in a restored one a number may be given twice.
        """
        await self._context.restore_check.compared()
        now = self._context.now()
        async with self._context.database.acquire() as connection:
            if not await is_due(connection, now):
                return Turn()
            async with connection.transaction():
                turn = await self._act(connection, now)
        if turn.due:
            _log.info("clocks.turn", due=turn.due, said=turn.said, postponed=turn.postponed)
        if turn.said:
            self._wake()
        return turn

    async def _act(self, connection: Connection, now: datetime) -> Turn:
        due = await lock_due(connection, now, TURN_CLOCKS_MAX)
        if not due:  # others act on them
            return Turn()
        peers = self._handler.peers
        found = await lock_referrals(connection, peers, due)
        cases = await lock_cases(connection, peers, cases_of(found))
        clocks = await read_clock_book(connection, due)
        known = LoadedCases(found, cases, clocks=clocks)
        writer = await self._outbox.open(connection, {*known.referrals, *known.cases})
        postponed = [each.id for each in found if not self._fire(known, each, writer, now)]
        rows = writer.rows()
        await flush(connection, peers, known, rows, view=self._handler.view)
        await postpone(connection, postponed, now + TRY_AGAIN)
        return Turn(len(found), len(rows.entries), len(postponed))

    def _fire(self, known: LoadedCases, referral: Referral, writer: OutboxWriter, now: datetime) -> bool:
        """Act on the clocks of one referral; False when that cannot be done now, and nothing has changed."""
        running = known.clocks.of(referral.id).values()
        try:
            for clock in [each for each in running if each.fires_at is not None and each.fires_at <= now]:
                self._fire_one(known, referral, clock, writer, now)
        except StreamBlocked as blocked:
            _log.warning("clock.blocked", referral=str(referral.id), reason=blocked.reason)
            return False
        except Exception as error:  # noqa: BLE001 - a bug with one referral holds up no other
            _log.error("clock.failed", referral=str(referral.id), error=type(error).__name__)
            return False
        return True

    def _fire_one(
        self, known: LoadedCases, referral: Referral, clock: RunningClock, writer: OutboxWriter, now: datetime
    ) -> None:
        view = self._handler.view
        if not belongs(
            clock.clock, referral.copy
        ):  # an older process, which knows no clocks, moved the referral
            known.clocks.note(Change(referral), None)
            return
        ran_out = fired(clock, now, view.calendar)
        change = fire(referral, known.case_of(referral), ran_out, now, view)
        if change is not None:
            writer.say(change.says, Cause(), now)
        known.clocks.mark(referral.id, ran_out)
        if change is not None:
            known.take(change)
        self._note(referral, ran_out)

    def _note(self, referral: Referral, ran_out: RunningClock) -> None:
        level = ran_out.level or ClockLevel.OVERDUE
        self._measures.clock_fired(ran_out.clock, level)
        if level is ClockLevel.ALARM:
            peer = referral.peer.agency
            _log.warning("clock.alarm", referral=str(referral.id), clock=str(ran_out.clock), peer=peer)
