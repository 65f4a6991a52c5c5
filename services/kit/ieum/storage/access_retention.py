"""Job of the leading process: delete what has stood in the access log for longer than it is kept."""

from collections.abc import Callable
from time import monotonic

from ieum.delivery.delivery_context import Connections
from ieum.delivery.statement_status import affected

TURN_SECONDS = 3_600.0
DELETED_MAX = 5_000

_DELETE = """
delete from access_log where id = any(array(
    select id from access_log where at < now() - interval '3 years' order by at limit $1
))
"""
"""Three years; two are demanded, and the database itself refuses to delete what is younger than that."""


class AccessRetention:
    """One turn an hour, or at the next tick when more is due. `real` returns monotonic seconds."""

    def __init__(self, database: Connections, real: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._real = real
        self._next = real()

    async def turn(self) -> None:
        """Do part of what is due; raises one of DATABASE_RETRYABLE."""
        if self._real() < self._next:
            return
        async with self._database.acquire() as connection:
            deleted = affected(await connection.execute(_DELETE, DELETED_MAX))
        if deleted < DELETED_MAX:
            self._next = self._real() + TURN_SECONDS
