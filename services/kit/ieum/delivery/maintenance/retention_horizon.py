"""How far destruction has come: by the database's clock alone, and never more than a day in a real hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import structlog
from asyncpg import Connection

PACE = 24
"""Hours of the past that may be destroyed in a real hour: a clock that jumps is seen before much is gone."""
SAVED_MAX = timedelta(days=1)
LATE = timedelta(days=2)
TELL_SECONDS = 3600.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Span:
    """From where to where destruction may go now; empty where both are the same."""

    start: datetime
    end: datetime
    due: datetime
    """How far it should be: ahead of `end` where real time has not allowed for so much yet."""


class Horizon:
    """The time before which something is destroyed (a row of `done_until`), as one process moves it on.

    `real` measures real time in seconds, which no clock that is set changes. A process begins with nothing
    saved, so that one which starts again and again destroys no faster.
    """

    def __init__(self, what: str, kept: timedelta, real: Callable[[], float] = monotonic) -> None:
        self._what = what
        self._kept = kept
        self._real = real
        self._counted = real()
        self._saved = timedelta()
        self._told = self._counted - TELL_SECONDS

    async def look(self, connection: Connection) -> Span | None:
        """Say how far destruction may go; None before the migration that notes where to begin.

        A horizon ahead of what is due goes back to it: what is said behind it would be kept for ever.
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
        """Note that all before `end` is destroyed, in the transaction that does so."""
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
