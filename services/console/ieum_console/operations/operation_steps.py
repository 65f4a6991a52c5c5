"""How an operation goes from one state to the next; a runner holds it by name, and loses it when paused."""

from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from ieum_console.operations.operation_rows import BEAT_MAX

ENDED = ("aborted", "done")

APPROVE = """
update operation set approved_by = $2, state = 'approved'
where id = $1 and state = 'prepared' and prepared_by <> $2 returning id
"""


async def approve(connection: Connection, operation: UUID, by: str) -> bool:
    """Approve what somebody else has prepared; False where that cannot be."""
    return await connection.fetchval(APPROVE, operation, by) is not None


TAKE = """
update operation set state = 'running', runner = $2, beat_at = $3, why = '',
    reason = case when reason = '' then $4 else reason end
where id = $1 and (
    state in ('prepared', 'approved', 'paused', 'stopped') or (state = 'running' and beat_at < $5)
)
returning id
"""


async def take(connection: Connection, operation: UUID, runner: UUID, now: datetime, reason: str) -> bool:
    """Let a runner begin or go on; False where another one is at work, or it has ended."""
    return await connection.fetchval(TAKE, operation, runner, now, reason, now - BEAT_MAX) is not None


BEAT = "update operation set beat_at = $3 where id = $1 and runner = $2 and state = 'running' returning id"


async def beat(connection: Connection, operation: UUID, runner: UUID, now: datetime) -> bool:
    """Say that a runner lives; False where it was paused, aborted or replaced."""
    return await connection.fetchval(BEAT, operation, runner, now) is not None


LEAVE = """
update operation set state = $3, why = $4, ended_at = $5 where id = $1 and runner = $2 and state = 'running'
returning id
"""
RELEASE = "update operation_item set is_open = false where operation = $1 and is_open"


async def leave(
    connection: Connection, operation: UUID, runner: UUID, now: datetime, *, state: str, why: str = ""
) -> None:
    """Say how a run ended; one that was paused or aborted meanwhile stays so."""
    ended = now if state in ENDED else None
    async with connection.transaction():
        if await connection.fetchval(LEAVE, operation, runner, state, why, ended) and ended:
            await connection.execute(RELEASE, operation)


PAUSE = "update operation set state = 'paused' where id = $1 and state = 'running' returning id"
ABORT = """
update operation set state = 'aborted', ended_at = $2 where id = $1 and state not in ('aborted', 'done')
returning id
"""


async def pause(connection: Connection, operation: UUID) -> bool:
    """Pause before the next item; what has been done stays done."""
    return await connection.fetchval(PAUSE, operation) is not None


async def abort(connection: Connection, operation: UUID, now: datetime) -> bool:
    """End it before the next item, and let go of what it had not begun."""
    async with connection.transaction():
        if await connection.fetchval(ABORT, operation, now) is None:
            return False
        await connection.execute(RELEASE, operation)
        return True


FINISH = """
update operation_item set result = $3, detail = $4, at = $5, is_open = false
where operation = $1 and position = $2
"""
REVISE = """
update operation_item set result = 'waits-again', detail = $3 where operation = $1 and position = $2
"""


async def finish(
    connection: Connection, operation: UUID, position: int, now: datetime, *, result: str, detail: str
) -> None:
    """Note what became of an item."""
    await connection.execute(FINISH, operation, position, result, detail, now)


async def revise(connection: Connection, operation: UUID, position: int, reason: str) -> None:
    """Note that an item that was acted upon waits again."""
    await connection.execute(REVISE, operation, position, reason)
