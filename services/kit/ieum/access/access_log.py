"""What the access log is told of one request, and the writer of rows that are in no act's transaction."""

import asyncio
import re
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from ieum.access.callers import Caller, Role
from ieum.delivery.delivery_context import Connections
from ieum.storage.access_rows import AccessRow, add_access
from ieum.storage.database import lend
from ieum_contracts.identifier_scan import contains_identifier
from ieum_contracts.values import ID_PATTERN

TOGETHER_MAX = 200
_ID = re.compile(ID_PATTERN)
_WHY = {Role.OPERATOR: "operations", Role.AUDITOR: "audit"}
_USUALLY = "casework"


@dataclass(slots=True)
class Visit:
    """One request of a known caller, as it goes on; `kept` once its row is written."""

    caller: Caller
    act: str
    request: UUID
    why: str
    about: list[str] = field(default_factory=list)
    found: int | None = None
    kept: bool = False

    def row(self, status: int) -> AccessRow:
        """Return the row of the request, answered by this status."""
        roles, about = sorted(self.caller.roles), [_kept(each) for each in self.about]
        return AccessRow(
            *(self.caller.subject, roles, self.act, about, _kept(self.why)),
            *(status, self.found, self.request),
        )


def _kept(text: str) -> str:
    """Return what may stand in the log for two years; what a caller wrote may hold an identifier."""
    return text if _ID.fullmatch(text) or not contains_identifier(text) else "?"


_VISIT: ContextVar[Visit | None] = ContextVar("visit", default=None)


def begin_visit(visit: Visit) -> None:
    """Say whose request this task serves from now on."""
    _VISIT.set(visit)


def current_visit() -> Visit | None:
    """Return the visit of the running request; None for one that is not logged."""
    return _VISIT.get()


def note_shown(*about: object, found: int | None = None) -> None:
    """Note whom an answer is about, and how many a list shows."""
    visit = _VISIT.get()
    if visit is not None:
        visit.about += [str(each) for each in about if each is not None]
        visit.found = found


def note_list(shown: Iterable[object], *searched_by: object) -> None:
    """Note what a list was searched by, and whom it shows; also when it shows nobody."""
    ids = list(dict.fromkeys(map(str, shown)))
    note_shown(*searched_by, *ids, found=len(ids))


def note_why(reason: str) -> None:
    """Note the reason that the request's body gives."""
    visit = _VISIT.get()
    if visit is not None:
        visit.why = reason


def usual_reason(caller: Caller) -> str:
    """Return why such a caller calls, where no other reason is given."""
    return next((why for role, why in _WHY.items() if caller.roles == {role}), _USUALLY)


class AccessLog:
    """Writes rows: those that come together share a transaction, and each is awaited before its answer."""

    def __init__(self, database: Connections) -> None:
        self._database = database
        self._queue: list[tuple[AccessRow, asyncio.Future[None]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def write(self, row: AccessRow) -> None:
        """Write a row; raises one of DATABASE_RETRYABLE, or what else keeps the database from it."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((row, done))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        await done

    async def _work(self) -> None:
        try:
            while self._queue:
                together, self._queue = self._queue[:TOGETHER_MAX], self._queue[TOGETHER_MAX:]
                await self._write(together)
        finally:
            self._worker = None

    async def _write(self, together: list[tuple[AccessRow, asyncio.Future[None]]]) -> None:
        [failed] = await asyncio.gather(self._add([row for row, _ in together]), return_exceptions=True)
        for _, done in together:
            if done.done():  # the caller has gone
                continue
            if failed is None:
                done.set_result(None)
            else:
                done.set_exception(failed)

    async def _add(self, rows: list[AccessRow]) -> None:
        async with lend(self._database) as connection:
            await add_access(connection, rows)
