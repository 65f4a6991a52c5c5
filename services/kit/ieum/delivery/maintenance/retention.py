"""Retention: the leading process clears what is past its retention period, in small chunks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import structlog
from asyncpg import Connection

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.maintenance.retention_horizon import Horizon, Span
from ieum.delivery.recovering.unconfirmed import PAUSE_MAX
from ieum.delivery.statement_status import affected
from ieum.delivery.unsent_bodies import UnsentBodies, note_period

KEPT = timedelta(days=30)
TURN_SECONDS = 60.0
CHUNK, CHUNK_MIN = timedelta(minutes=1), timedelta(seconds=1)
CHUNK_SECONDS_MAX = 60.0
"""How long a chunk may take. A longer one is halved until it fits: one minute may hold many rows."""
CHUNKS_MAX = 20
ROWS_MAX = 5_000
BODIES = "ledger-bodies"

_log = structlog.get_logger(__name__)


class Retention:
    """One turn a minute; what one tick leaves is done at the next ones.

    No process's clock decides: what is destroyed was stamped and is judged by the database's clock, and
    `real` (monotonic seconds) bounds how much is destroyed at once.
    """

    def __init__(self, context: DeliveryContext, real: Callable[[], float] = monotonic) -> None:
        self._context = context
        self._real = real
        self._next = real()
        self._bite = CHUNK
        self._horizon = Horizon(BODIES, KEPT, real)
        self._unsent = UnsentBodies()

    async def turn(self) -> None:
        """Do part of what is due; raises one of DATABASE_RETRYABLE."""
        if self._real() < self._next:
            return
        async with self._context.database.acquire() as connection:
            await pull_back(connection)
            span = await self._horizon.look(connection)
            if span is None:
                return
            bodies, done = await self._clear(connection, span)
            bodies += await self._unsent.clear(connection)
            rows = await forget(connection, span.end if done else span.start)
        if bodies or rows:
            _log.info("retention.cleared", bodies=bodies, rows=rows)
        if done and rows < ROWS_MAX:
            self._next = self._real() + TURN_SECONDS

    async def _clear(self, connection: Connection, span: Span) -> tuple[int, bool]:
        """Clear bodies chunk by chunk; returns how many, and whether that was all that is due now."""
        cleared, at = 0, span.start
        try:
            for _ in range(CHUNKS_MAX):
                if at >= span.end:
                    break
                until = min(at + self._bite, span.end)
                async with connection.transaction():
                    cleared += await clear_bodies(connection, at, until)
                    await note_period(connection, at, until)
                    await self._horizon.move(connection, at, until)
                at = until
        except TimeoutError:
            self._bite = max(self._bite / 2, CHUNK_MIN)
            raise
        self._bite = min(self._bite * 2, CHUNK)
        return cleared, at >= span.end


_CLEAR = """
update ledger l set body = null
where at >= $1 and at < $2 and body is not null and not exists (
    select from outbox o
    where l.said and o.key = l.key and o.peer = l.peer and o.family = l.family and o.sequence = l.sequence
)
"""


async def clear_bodies(connection: Connection, start: datetime, end: datetime) -> int:
    """Clear bodies said and heard between two times; digests and headers stay. Returns how many.

    An event that is not sent yet keeps its body until then (`unsent_bodies`).
    """
    return affected(await connection.execute(_CLEAR, start, end, timeout=CHUNK_SECONDS_MAX))


_FORGET_QUARANTINE = """
delete from quarantine where id = any(array(select id from quarantine where at < $1 order by at limit $2))
"""
_FORGET_TOLD = """
delete from told where ctid = any(array(select ctid from told where at < $1 order by at limit $2))
"""
_FORGET_EXPECTED = """
delete from expected where ctid = any(array(select ctid from expected where since < $1 limit $2))
returning key, said
"""


async def forget(connection: Connection, before: datetime) -> int:
    """Delete a limited number of rows of quarantine, told and expected from before a time; returns how many.

    An expected event that nobody could send again for so long is lost for good; this is logged once.
    """
    rows = affected(await connection.execute(_FORGET_QUARANTINE, before, ROWS_MAX))
    rows += affected(await connection.execute(_FORGET_TOLD, before, ROWS_MAX))
    lost = await connection.fetch(_FORGET_EXPECTED, before, ROWS_MAX)
    for row in lost:
        _log.error("sequence.lost", key=str(row["key"]), said=row["said"])
    return rows + len(lost)


_PULL_BACK_LEDGER = """
update ledger set at = now()
where ctid = any(array(select ctid from ledger where at > now() + interval '1 minute' limit $1))
"""
_PULL_BACK_QUARANTINE = "update quarantine set at = now() where at > now() + interval '1 minute'"
_PULL_BACK_TOLD = "update told set at = now() where at > now() + interval '1 minute'"
_PULL_BACK_EXPECTED = """
update expected set
    since = least(since, now()), asked_at = case when asked_at is not null then least(asked_at, now()) end
where since > now() or asked_at > now()
"""
_PULL_BACK_UNCONFIRMED = """
update unconfirmed set tell_at = now(), since = least(since, now())
where ctid = any(array(
    select ctid from unconfirmed where tell_at > now() + $1::interval + interval '1 minute' limit $2
))
"""


async def pull_back(connection: Connection) -> None:
    """Restamp rows written while the database's clock was ahead: they would be kept, or wait, too long."""
    await connection.execute(_PULL_BACK_LEDGER, ROWS_MAX)
    await connection.execute(_PULL_BACK_QUARANTINE)
    await connection.execute(_PULL_BACK_TOLD)
    await connection.execute(_PULL_BACK_EXPECTED)
    await connection.execute(_PULL_BACK_UNCONFIRMED, PAUSE_MAX, ROWS_MAX)
