"""Runs operations: the first item alone, then growing batches; it stops when what was done waits again."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import structlog

from ieum.delivery.delivery_context import Connections
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.storage.database import lend
from ieum_console.operations.agency_api import AgencyApi, AwayError, RefusedError, open_api
from ieum_console.operations.operation_rows import Item, Operation, read_items, read_operation
from ieum_console.operations.operation_steps import beat, finish, leave, revise, take

BATCH_MAX = 64
SETTLES_SECONDS_MAX = 6.0
LOOK_SECONDS = 0.5
"""After a batch: the service tries what was retried at once, so what still waits later waits again."""
BETWEEN_SECONDS = 0.05
"""The rate within a batch: twenty a second."""
FAILED_SHARE_MAX = 0.1
"""Of a batch; of the first item alone it means that it may not fail."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an operation: under which name, for whom."""

    operation: Operation
    runner: UUID
    by: str


class StoppedError(Exception):
    """The run ends here; `state` and `why` say how."""

    def __init__(self, state: str, why: str = "") -> None:
        super().__init__(why)
        self.state, self.why = state, why


class OperationRunner:
    """Runs operations in this process; what they have done stands in the database, item by item."""

    def __init__(self, database: Connections, apis: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self._database, self._apis, self._clock = database, apis, clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, operation: UUID, by: str, token: str, reason: str) -> bool:
        """Begin or go on with an operation; False where another runner has it, or it has ended."""
        runner = uuid4()
        async with lend(self._database) as connection:
            if not await take(connection, operation, runner, self._clock(), reason):
                return False
            found = await read_operation(connection, operation)
        if found is None:
            return False
        task = asyncio.create_task(self._run(Run(found, runner, by), token))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _run(self, run: Run, token: str) -> None:
        state, why = "done", ""
        try:
            async with open_api(self._apis.get(run.operation.agency), token) as api:
                if run.operation.act == "skip":
                    await api.elevate(run.operation.reason, run.runner)
                await self._work(run, api)
        except StoppedError as stopped:
            state, why = stopped.state, stopped.why
        except AwayError:
            state, why = "stopped", "agency-away"
        except RefusedError as refused:
            state, why = "stopped", refused.code
        except Exception as error:  # noqa: BLE001 - whatever it is, the operation says that it stopped
            _log.error("operation.failed", operation=str(run.operation.id), error=type(error).__name__)
            state, why = "stopped", "console-failed"
        try:
            async with lend(self._database) as connection:
                await leave(connection, run.operation.id, run.runner, self._clock(), state=state, why=why)
        except (*DATABASE_RETRYABLE, asyncpg.PostgresError) as error:
            _log.error("operation.not-noted", operation=str(run.operation.id), error=type(error).__name__)

    async def _work(self, run: Run, api: AgencyApi) -> None:
        async with lend(self._database) as connection:
            items = await read_items(connection, run.operation.id)
        # A run before this one may have ended between an act and the look at what became of it.
        before = [each for each in items if each.result == "applied"]
        await self._check(run, api, before, of=len(before))
        for batch in batches([each for each in items if each.result is None]):
            acted = [each for each in batch if await self._act(run, api, each)]
            await self._check(run, api, acted, of=len(batch))

    async def _act(self, run: Run, api: AgencyApi, item: Item) -> bool:
        """Do one item; False where nothing was left to do."""
        operation = run.operation
        async with lend(self._database) as connection:
            if not await beat(connection, operation.id, run.runner, self._clock()):
                raise StoppedError("paused")
        wish = {
            "reason": operation.reason,
            "by": run.by,
            "sequence": item.sequence,
            "waited_for": item.waits_for,
        }
        result, detail = "applied", ""
        try:
            await api.act(item.stream, operation.act, wish, item.key)
        except RefusedError as refused:
            if not refused.is_settled:
                raise
            result, detail = "settled", refused.code
        async with lend(self._database) as connection:
            await finish(connection, operation.id, item.position, self._clock(), result=result, detail=detail)
        await asyncio.sleep(BETWEEN_SECONDS)
        return result == "applied"

    async def _check(self, run: Run, api: AgencyApi, acted: Sequence[Item], *, of: int) -> None:
        """Raise StoppedError where more than FAILED_SHARE_MAX of so many wait again after the act."""
        if await self._wait_again(run, api, acted) > of * FAILED_SHARE_MAX:
            raise StoppedError("stopped", "waits-again")

    async def _wait_again(self, run: Run, api: AgencyApi, acted: Sequence[Item]) -> int:
        """Count those that wait at the same number after they were acted upon, and note it."""
        again, waiting = list(acted), dict[tuple[str, int], str]()
        for _ in range(int(SETTLES_SECONDS_MAX / LOOK_SECONDS)):
            if not again:
                break
            await asyncio.sleep(LOOK_SECONDS)
            waiting = {(each.id, each.sequence): each.reason for each in (await api.waiting()).streams}
            again = [each for each in again if (each.stream, each.sequence) in waiting]
        async with lend(self._database) as connection:
            for each in again:
                reason = waiting[each.stream, each.sequence]
                await revise(connection, run.operation.id, each.position, reason)
        return len(again)


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Divide items into batches of one, two, four … at most BATCH_MAX."""
    start, size = 0, 1
    while start < len(items):
        yield items[start : start + size]
        start, size = start + size, min(size * 2, BATCH_MAX)
