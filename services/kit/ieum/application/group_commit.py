"""The counter: orders that come together are served in one transaction, each answered after its commit."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection, LockNotAvailableError, TransactionRollbackError, UniqueViolationError

from ieum.delivery.failures import DATABASE_AWAY
from ieum.delivery.delivery_context import Here
from ieum.delivery.sending.outbox import Outbox, Saying
from ieum.errors import Transient
from ieum.storage.idempotency_rows import KeptAnswer
from ieum.storage.database import lend
from ieum.application.event_handler import Desk
from ieum.application.loading import Found, find
from ieum.application.flush import flush
from ieum.application.command import Order, Served

TOGETHER_MAX = 32
HANDS = 2
"""Transactions at a time. While both are under way, what comes meanwhile gathers for the next one."""
ATTEMPTS_MAX = 3

_CLASH = (Transient, UniqueViolationError, TransactionRollbackError)
_ONE_AMONG_THEM = (*_CLASH, LockNotAvailableError)
"""What one order of several brings about; the others are well without it."""
_IMPATIENT = "set local lock_timeout = '300ms'"


class Counter:
    """Serves orders. `together_max` of them share a transaction, `hands` transactions run at a time."""

    def __init__(
        self, here: Here, desk: Desk, outbox: Outbox, together_max: int = TOGETHER_MAX, hands: int = HANDS
    ) -> None:
        self._here = here
        self._desk = desk
        self._outbox = outbox
        self._together_max = together_max
        self._hands_max = hands
        self._hands: set[asyncio.Task[None]] = set()
        self._queue: deque[_Waiting] = deque()

    async def serve(self, order: Order) -> Served | KeptAnswer:
        """Serve an order, and give the answer when it is committed; what was kept where it was served before.

        Raises what the order's work raises, Unsayable when nothing may be said on its streams, and one of
        DATABASE_AWAY or Transient when the database cannot serve it now.
        """
        waiting = _Waiting(order, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if len(self._hands) < self._hands_max:
            self._hands.add(asyncio.create_task(self._work()))
        return await waiting.done

    async def _work(self) -> None:
        """Serve as long as somebody waits. A hand is given up in the step that found nobody waiting."""
        hand = asyncio.current_task()
        assert hand is not None  # noqa: S101 - it is this one
        try:
            while together := self._next():
                try:
                    await self._serve_together(together)
                except DATABASE_AWAY as error:
                    self._fail([*together, *self._queue], error)
                    self._queue.clear()
        finally:
            self._hands.discard(hand)

    def _next(self) -> "list[_Waiting]":
        """Take who waits longest; of orders with the same ticket only one, the next finds its answer."""
        together: list[_Waiting] = []
        behind: list[_Waiting] = []
        tickets: set[str] = set()
        while self._queue and len(together) < self._together_max:
            waiting = self._queue.popleft()
            ticket = waiting.order.ticket
            if ticket is not None and ticket.key in tickets:
                behind.append(waiting)
                continue
            if ticket is not None:
                tickets.add(ticket.key)
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
        except DATABASE_AWAY:
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

    async def _alone(self, order: Order) -> "_Outcome":
        """Serve one order, after another that was begun at the same time where there is one."""
        clash = Transient("Others began the same thing again and again.")
        for _ in range(ATTEMPTS_MAX):
            try:
                (outcome,) = await self._transact([order], patient=False)
            except _CLASH:
                continue
            except LockNotAvailableError as error:
                return error
            except DATABASE_AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - whoever ordered gets it
                return error
            else:
                return outcome
        return clash

    async def _transact(self, orders: "Sequence[Order]", *, patient: bool = True) -> "list[_Outcome]":
        async with lend(self._here.database) as connection:
            if not any(order.needs.locks for order in orders):
                return await self._outcomes(connection, orders)  # what one statement writes, it commits
            async with connection.transaction():
                if not patient:
                    await connection.execute(_IMPATIENT)
                return await self._outcomes(connection, orders)

    async def _outcomes(self, connection: Connection, orders: "Sequence[Order]") -> "list[_Outcome]":
        needs, tickets = [order.needs for order in orders], [order.ticket for order in orders]
        found = await find(connection, self._desk.peers, needs, tickets)
        saying = await self._outbox.open(connection, {*found.known.referrals, *found.known.cases})
        now = self._here.clock()
        outcomes = [_outcome(order, found, saying, now) for order in orders]
        answers = [
            KeptAnswer(order.ticket, outcome.answer, now)
            for order, outcome in zip(orders, outcomes, strict=True)
            if order.ticket is not None and isinstance(outcome, Served)
        ]
        if any(isinstance(outcome, Served) for outcome in outcomes):
            await flush(connection, self._desk.peers, found.known, saying.rows(), answers)
        return outcomes

    def _fail(self, together: "Sequence[_Waiting]", error: Exception) -> None:
        for waiting in together:
            waiting.answer(error)


_Outcome = Served | KeptAnswer | Exception


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An order, and who waits for its answer."""

    order: Order
    done: "asyncio.Future[Served | KeptAnswer]"

    def answer(self, outcome: _Outcome) -> None:
        if self.done.done():  # whoever waited has gone
            return
        if isinstance(outcome, Exception):
            self.done.set_exception(outcome)
        else:
            self.done.set_result(outcome)


def _outcome(order: Order, found: Found, saying: Saying, now: datetime) -> _Outcome:
    """Serve one order in memory; a refusal changes nothing."""
    kept = None if order.ticket is None else found.answers.get(order.ticket.key)
    if kept is not None:
        return kept
    try:
        served = order.work(found, now)
        saying.say(served.change.says, order.cause, now)
    except Exception as error:  # noqa: BLE001 - a refusal or a bug: of this order alone
        return error
    found.take(served.change, order.needs.client)
    return served
