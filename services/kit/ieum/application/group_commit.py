"""The counter: orders that come together are served in one transaction, each answered after its commit."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection, LockNotAvailableError, TransactionRollbackError, UniqueViolationError

from ieum.application.command import Command, CommandResult
from ieum.application.event_handler import EventHandler
from ieum.application.flush import flush
from ieum.application.loading import Loaded, load
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.sending.outbox import Outbox, OutboxWriter
from ieum.errors import Transient
from ieum.storage.database import lend
from ieum.storage.idempotency_rows import StoredAnswer

TOGETHER_MAX = 32
WORKERS = 2
"""Transactions at a time. While both are under way, what comes meanwhile gathers for the next one."""
ATTEMPTS_MAX = 3

_CLASH = (Transient, UniqueViolationError, TransactionRollbackError)
_ONE_AMONG_THEM = (*_CLASH, LockNotAvailableError)
"""What one order of several brings about; the others are well without it."""
_SHORT_LOCK_TIMEOUT = "set local lock_timeout = '300ms'"


class CommandBatcher:
    """Serves orders. `together_max` of them share a transaction, `hands` transactions run at a time."""

    def __init__(
        self,
        context: DeliveryContext,
        handler: EventHandler,
        outbox: Outbox,
        together_max: int = TOGETHER_MAX,
        hands: int = WORKERS,
    ) -> None:
        self._context = context
        self._handler = handler
        self._outbox = outbox
        self._together_max = together_max
        self._workers_max = hands
        self._workers: set[asyncio.Task[None]] = set()
        self._queue: deque[_Waiting] = deque()

    async def serve(self, order: Command) -> CommandResult | StoredAnswer:
        """Serve an order, and give the answer when it is committed; what was kept where it was served before.

        Raises what the order's work raises, Unsayable when nothing may be said on its streams, and one of
        DATABASE_AWAY or Transient when the database cannot serve it now.
        """
        waiting = _Waiting(order, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if len(self._workers) < self._workers_max:
            self._workers.add(asyncio.create_task(self._work()))
        return await waiting.done

    async def _work(self) -> None:
        """Serve as long as somebody waits. A hand is given up in the step that found nobody waiting."""
        hand = asyncio.current_task()
        assert hand is not None  # noqa: S101 - it is this one
        try:
            while together := self._next():
                try:
                    await self._serve_together(together)
                except DATABASE_RETRYABLE as error:
                    self._fail([*together, *self._queue], error)
                    self._queue.clear()
        finally:
            self._workers.discard(hand)

    def _next(self) -> "list[_Waiting]":
        """Take who waits longest; of orders with the same ticket only one, the next finds its answer."""
        together: list[_Waiting] = []
        behind: list[_Waiting] = []
        idempotency_keys: set[str] = set()
        while self._queue and len(together) < self._together_max:
            waiting = self._queue.popleft()
            idempotency_key = waiting.order.idempotency_key
            if idempotency_key is not None and idempotency_key.key in idempotency_keys:
                behind.append(waiting)
                continue
            if idempotency_key is not None:
                idempotency_keys.add(idempotency_key.key)
            together.append(waiting)
        self._queue.extendleft(reversed(behind))
        return together

    async def _serve_together(self, together: "Sequence[_Waiting]") -> None:
        """Serve orders in one transaction; where one of them breaks it, each in a transaction of its own.

        Raises one of DATABASE_AWAY when it is the database that fails, not an order.
        """
        try:
            outcomes = await self._transact([waiting.order for waiting in together])
        except _ONE_AMONG_THEM:
            await self._serve_each(together)
        except DATABASE_RETRYABLE:
            raise
        except Exception:  # noqa: BLE001 - one of them trips our code; whoever ordered it hears of it
            await self._serve_each(together)
        else:
            for waiting, outcome in zip(together, outcomes, strict=True):
                waiting.answer(outcome)

    async def _serve_each(self, together: "Sequence[_Waiting]") -> None:
        """Serve orders one by one; none of them waits long for a row that somebody holds."""
        for waiting in together:
            waiting.answer(await self._alone(waiting.order))

    async def _alone(self, order: Command) -> "_Outcome":
        """Serve one order, after another that was begun at the same time where there is one."""
        clash = Transient("Others began the same thing again and again.")
        for _ in range(ATTEMPTS_MAX):
            try:
                (outcome,) = await self._transact([order], patient=False)
            except _CLASH:
                continue
            except LockNotAvailableError as error:
                return error
            except DATABASE_RETRYABLE:
                raise
            except Exception as error:  # noqa: BLE001 - whoever ordered gets it
                return error
            else:
                return outcome
        return clash

    async def _transact(self, orders: "Sequence[Command]", *, patient: bool = True) -> "list[_Outcome]":
        async with lend(self._context.database) as connection:
            if not any(order.needs.locks for order in orders):
                return await self._outcomes(connection, orders)  # what one statement writes, it commits
            async with connection.transaction():
                if not patient:
                    await connection.execute(_SHORT_LOCK_TIMEOUT)
                return await self._outcomes(connection, orders)

    async def _outcomes(self, connection: Connection, orders: "Sequence[Command]") -> "list[_Outcome]":
        needs, idempotency_keys = (
            [order.needs for order in orders],
            [order.idempotency_key for order in orders],
        )
        found = await load(connection, self._handler.peers, needs, idempotency_keys)
        saying = await self._outbox.open(connection, {*found.known.referrals, *found.known.cases})
        now = self._context.clock()
        outcomes = [_outcome(order, found, saying, now) for order in orders]
        answers = [
            StoredAnswer(order.idempotency_key, outcome.answer)
            for order, outcome in zip(orders, outcomes, strict=True)
            if order.idempotency_key is not None and isinstance(outcome, CommandResult)
        ]
        if any(isinstance(outcome, CommandResult) for outcome in outcomes):
            await flush(connection, self._handler.peers, found.known, saying.rows(), answers)
        return outcomes

    def _fail(self, together: "Sequence[_Waiting]", error: Exception) -> None:
        for waiting in together:
            waiting.answer(error)


_Outcome = CommandResult | StoredAnswer | Exception


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An order, and who waits for its answer."""

    order: Command
    done: "asyncio.Future[CommandResult | StoredAnswer]"

    def answer(self, outcome: _Outcome) -> None:
        if self.done.done():  # whoever waited has gone
            return
        if isinstance(outcome, Exception):
            self.done.set_exception(outcome)
        else:
            self.done.set_result(outcome)


def _outcome(order: Command, found: Loaded, saying: OutboxWriter, now: datetime) -> _Outcome:
    """Serve one order in memory; a refusal changes nothing."""
    kept = None if order.idempotency_key is None else found.answers.get(order.idempotency_key.key)
    if kept is not None:
        return kept
    try:
        served = order.work(found, now)
        saying.say(served.change.says, order.cause, now)
    except Exception as error:  # noqa: BLE001 - a refusal or a bug: of this order alone
        return error
    found.take(served.change, order.needs.client)
    return served
