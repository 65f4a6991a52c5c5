"""How far destruction has come: by the database's clock only, and at most a day of data in a real hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import structlog
from asyncpg import Connection

PACE = 24
"""Hours of data that may be destroyed in a real hour: a clock that jumps is noticed before much is gone."""
SAVED_MAX = timedelta(days=1)
LATE = timedelta(days=2)
TELL_SECONDS = 3600.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Span:
    """The period that may be destroyed now; empty when start and end are equal."""

    start: datetime
    end: datetime
    due: datetime
    """Where it should end: later than `end` when the pace does not allow that much yet."""


class Horizon:
    """The time before which one kind of data is destroyed (a row of `done_until`); one process advances it.

    `real` returns monotonic seconds, which setting a clock does not change. A process starts with nothing
    saved, so that one that restarts often destroys no faster.
    """

    def __init__(self, what: str, kept: timedelta, real: Callable[[], float] = monotonic) -> None:
        self._what = what
        self._kept = kept
        self._real = real
        self._counted = real()
        self._saved = timedelta()
        self._told = self._counted - TELL_SECONDS

    async def look(self, connection: Connection) -> Span | None:
        """Return the period that may be destroyed; None before the migration that stores the start.

        A horizon later than what is due is moved back: what is said before it would be kept for ever.
        """
        row = await connection.fetchrow(_LOOK, self._what, self._kept)
        if row is None:
            return None
        self._save()
        span = Span(row["at"], min(row["due"], row["at"] + self._saved), row["due"])
        if span.due - span.end > LATE and self._real() - self._told >= TELL_SECONDS:
            self._told = self._real()
            _log.warning("retention.behind", what=self._what, days=(span.due - span.end).days)
        return span

    async def move(self, connection: Connection, start: datetime, end: datetime) -> None:
        """Store that everything before `end` is destroyed, in the transaction that does so."""
        await connection.execute(_MOVE, self._what, end)
        self._saved -= end - start

    def _save(self) -> None:
        now = self._real()
        self._saved = min(self._saved + timedelta(seconds=(now - self._counted) * PACE), SAVED_MAX)
        self._counted = now


_LOOK = """
update done_until set at = least(at, now() - $2::interval) where what = $1
returning at, now() - $2::interval as due
"""
_MOVE = "update done_until set at = $2 where what = $1 and at < $2"
