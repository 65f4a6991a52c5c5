"""Group commit: commands that arrive together share one transaction; each is answered after its commit."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from asyncpg import LockNotAvailableError, TransactionRollbackError, UniqueViolationError

from ieum.application.command import CommandResult, Submission
from ieum.application.event_handler import EventHandler
from ieum.application.execution import Execution, Outcome
from ieum.application.optimistic_commands import execute_without_lock
from ieum.casework.refusals import Refusal
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.sending.outbox import Outbox
from ieum.errors import Transient
from ieum.storage.database import lend
from ieum.storage.idempotency_rows import StoredAnswer

TOGETHER_MAX = 32
WORKERS = 2
"""Transactions at a time. While both run, further commands gather for the next one."""
ATTEMPTS_MAX = 3

_CLASH = (Transient, UniqueViolationError, TransactionRollbackError)
_ONE_AMONG_THEM = (*_CLASH, LockNotAvailableError)
"""Errors that one command of several may cause; the others succeed without it."""
_SHORT_LOCK_TIMEOUT = "set local lock_timeout = '300ms'"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A submission and the future of its result."""

    submission: Submission
    done: "asyncio.Future[CommandResult | Refusal | StoredAnswer]"

    def resolve(self, outcome: Outcome) -> None:
        if self.done.done():  # the caller has gone
            return
        if isinstance(outcome, Exception):
            self.done.set_exception(outcome)
        else:
            self.done.set_result(outcome)


class CommandBatcher:
    """Executes commands: up to `together_max` share a transaction, `workers` transactions run at a time."""

    def __init__(
        self,
        context: DeliveryContext,
        handler: EventHandler,
        outbox: Outbox,
        together_max: int = TOGETHER_MAX,
        workers: int = WORKERS,
    ) -> None:
        self._context = context
        self._execution = Execution(context, handler, outbox)
        self._together_max = together_max
        self._workers_max = workers
        self._workers: set[asyncio.Task[None]] = set()
        self._queue: deque[_Waiting] = deque()

    async def serve(self, submission: Submission) -> CommandResult | Refusal | StoredAnswer:
        """Execute a command, and return after its commit.

        Returns the refusal if casework refused it, and the stored answer if it was executed before.
        Raises StreamBlocked when nothing may be said on its streams, and one of DATABASE_RETRYABLE or
        Transient when the database cannot serve it now.
        """
        waiting = _Waiting(submission, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if len(self._workers) < self._workers_max:
            self._workers.add(asyncio.create_task(self._work()))
        return await waiting.done

    async def _work(self) -> None:
        """Execute while anything waits; a worker ends in the same step that found nothing waiting."""
        try:
            while together := self._next():
                try:
                    await self._serve_together(together)
                except DATABASE_RETRYABLE as error:
                    self._fail([*together, *self._queue], error)
                    self._queue.clear()
        finally:
            self._workers -= {asyncio.current_task()}

    def _next(self) -> list[_Waiting]:
        """Take the longest waiting; of one idempotency key only the first, for the next finds its answer."""
        together: list[_Waiting] = []
        behind: list[_Waiting] = []
        idempotency_keys: set[str] = set()
        while self._queue and len(together) < self._together_max:
            waiting = self._queue.popleft()
            idempotency_key = waiting.submission.idempotency_key
            if idempotency_key is not None and idempotency_key.key in idempotency_keys:
                behind.append(waiting)
                continue
            if idempotency_key is not None:
                idempotency_keys.add(idempotency_key.key)
            together.append(waiting)
        self._queue.extendleft(reversed(behind))
        return together

    async def _serve_together(self, together: Sequence[_Waiting]) -> None:
        """Execute commands in one transaction; if one of them breaks it, each in a transaction of its own.

        Raises one of DATABASE_RETRYABLE when the database fails, not a command.
        """
        try:
            outcomes = await self._transact([each.submission for each in together])
        except _ONE_AMONG_THEM:
            await self._serve_each(together)
        except DATABASE_RETRYABLE:
            raise
        except Exception:  # noqa: BLE001 - one of them has a bug; its caller gets the error
            await self._serve_each(together)
        else:
            for waiting, outcome in zip(together, outcomes, strict=True):
                waiting.resolve(outcome)

    async def _serve_each(self, together: Sequence[_Waiting]) -> None:
        """Execute commands one by one; none of them waits long for a locked row."""
        for waiting in together:
            waiting.resolve(await self._alone(waiting.submission))

    async def _alone(self, submission: Submission) -> Outcome:
        """Execute one command; after a clash with a concurrent one, try again."""
        clash = Transient(f"{ATTEMPTS_MAX} attempts met another transaction on these rows; submit it again.")
        for _ in range(ATTEMPTS_MAX):
            try:
                return (await self._transact([submission], patient=False))[0]
            except _CLASH:
                continue
            except LockNotAvailableError as error:
                return error
            except DATABASE_RETRYABLE:
                raise
            except Exception as error:  # noqa: BLE001 - its caller gets the error
                return error
        return clash

    async def _transact(self, submissions: Sequence[Submission], *, patient: bool = True) -> list[Outcome]:
        await self._compared()
        async with lend(self._context.database) as connection:
            if patient:
                outcomes = await execute_without_lock(connection, self._execution, submissions)
                if outcomes is not None:
                    return outcomes
            if not any(each.command.needs.locks for each in submissions):
                return await self._execution.execute(connection, submissions)  # one statement writes
            async with connection.transaction():
                if not patient:
                    await connection.execute(_SHORT_LOCK_TIMEOUT)
                return await self._execution.execute(connection, submissions)

    async def _compared(self) -> None:
        """Wait for the comparison with Kafka, holding nothing; where the database is away, raise at once."""
        check = self._context.restore_check
        if not check.is_known:
            async with lend(self._context.database):
                pass
            await check.settled()

    def _fail(self, together: Sequence[_Waiting], error: Exception) -> None:
        for waiting in together:
            waiting.resolve(error)
