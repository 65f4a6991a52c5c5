"""Retention: what is older than its time is cleared, in small bites, by the process that leads."""

from datetime import datetime, timedelta

import structlog
from asyncpg import Connection

from ieum.delivery.delivery_context import DeliveryContext

KEPT = timedelta(days=30)
TURN = timedelta(hours=1)
CHUNK, CHUNK_MIN = timedelta(minutes=1), timedelta(seconds=1)
CHUNK_SECONDS_MAX = 60.0
"""How long a bite may take. One that takes longer is halved until it fits: a minute may hold very much."""
CHUNKS_MAX = 20
ROWS_MAX = 5_000
BODIES = "ledger-bodies"

_log = structlog.get_logger(__name__)


class Retention:
    """One turn an hour; what a tick leaves of it is done at the next ones."""

    def __init__(self, context: DeliveryContext) -> None:
        self._context = context
        self._next: datetime | None = None
        self._bite = CHUNK

    async def turn(self) -> None:
        """Do some of what is due; raises one of DATABASE_AWAY."""
        now = self._context.clock()
        if self._next is not None and now < self._next:
            return
        async with self._context.database.acquire() as connection:
            try:
                bodies, done = await clear_bodies(connection, now - KEPT, self._bite)
            except TimeoutError:
                self._bite = max(self._bite / 2, CHUNK_MIN)
                raise
            self._bite = min(self._bite * 2, CHUNK)
            rows = await forget(connection, now - KEPT)
        if bodies or rows:
            _log.info("retention.cleared", bodies=bodies, rows=rows)
        self._next = now + TURN if done and rows < ROWS_MAX else None


_DONE = "select at from done_until where what = $1"
_CLEAR = """
update ledger l set body = null
where at >= $1 and at < $2 and body is not null and not exists (
    select from outbox o
    where l.said and o.key = l.key and o.peer = l.peer and o.family = l.family and o.sequence = l.sequence
)
"""
_REMEMBER = "update done_until set at = $2 where what = $1"


async def clear_bodies(connection: Connection, before: datetime, bite: timedelta) -> tuple[int, bool]:
    """Clear bodies said and heard before a time, a bite's worth at once; digests and headers stay.

    What still waits to be sent keeps its body. Returns how many were cleared, and whether that was all.
    """
    done: datetime | None = await connection.fetchval(_DONE, BODIES)
    cleared = 0
    if done is None:  # the migration that notes where to begin has yet to be run
        return 0, True
    for _ in range(CHUNKS_MAX):
        if done >= before:
            return cleared, True
        until = min(done + bite, before)
        async with connection.transaction():
            cleared += _count(await connection.execute(_CLEAR, done, until, timeout=CHUNK_SECONDS_MAX))
            await connection.execute(_REMEMBER, BODIES, until)
        done = until
    return cleared, done >= before


_FORGET_QUARANTINE = """
delete from quarantine where id = any(array(select id from quarantine where at < $1 order by id limit $2))
"""
_FORGET_TOLD = """
delete from told where ctid = any(array(select ctid from told where at < $1 limit $2))
"""
_FORGET_EXPECTED = """
delete from expected where ctid = any(array(select ctid from expected where since < $1 limit $2))
returning key, said
"""


async def forget(connection: Connection, before: datetime) -> int:
    """Delete what was quarantined, told or expected before a time, some rows of each; returns how many.

    What peers said and nobody could send again for so long is lost for good, which is told once.
    """
    rows = _count(await connection.execute(_FORGET_QUARANTINE, before, ROWS_MAX))
    rows += _count(await connection.execute(_FORGET_TOLD, before, ROWS_MAX))
    lost = await connection.fetch(_FORGET_EXPECTED, before, ROWS_MAX)
    for row in lost:
        _log.error("sequence.lost", key=str(row["key"]), said=row["said"])
    return rows + len(lost)


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])
