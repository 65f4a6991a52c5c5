"""The interface that delivery calls: load the application's state, fold events into it, flush the changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar, runtime_checkable
from uuid import UUID

from asyncpg import Connection, Record

from ieum.delivery.streams.batch_write import Condition, Rows, write_rows
from ieum_contracts.address import Address
from ieum_contracts.message import Event, Say

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Applied:
    """The event takes effect; `says` is written in the same transaction."""

    says: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The event does not fit the state: its number is consumed, nothing changes, both sides are notified.

    With `kept` false its body is not stored.
    """

    reason: str
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The event is valid but early: it is parked until another event of its key arrives."""

    reason: str


Outcome = Applied | Refused | Awaiting


@dataclass(frozen=True, slots=True)
class Untaken:
    """An event that this agency said and that had no effect at the peer, as the peer reports.

    `kind` gives the cause: `refused`, `skipped` by an operator there, or `lost`: the peer never got it, and
    our ledger no longer holds its body.
    """

    peer: Address
    key: UUID
    event_id: UUID
    type: str
    kind: str
    reason: str


class Application(Protocol[Known]):
    """The application's part in a batch. One batch is one transaction, which delivery opens and commits."""

    async def load(
        self, connection: Connection, events: Sequence[Event], untaken: Sequence[Untaken] = ()
    ) -> Known:
        """Lock and load everything these may read or change, in ascending order of ids."""
        ...

    def hear_untaken(self, known: Known, untaken: Untaken, now: datetime) -> None:
        """Note that an event had no effect at the peer; idempotent, for a peer may report it again."""
        ...

    def keys(self, known: Known) -> Collection[UUID]:
        """Return every key on which folding may say something."""
        ...

    def fold(self, known: Known, event: Event, now: datetime) -> Outcome:
        """Apply one event: pure except for `known`, which changes only when the outcome is Applied.

        Any exception is a bug of the fold: the event is parked and retried later.
        """
        ...

    async def flush(self, connection: Connection, known: Known, rows: Rows, now: datetime) -> None:
        """Write the changes and delivery's rows in the same transaction, if possible in one statement.

        `write_rows` writes delivery's rows only.
        """
        ...


@runtime_checkable
class ReadWithoutLock(Protocol[Known]):
    """An application whose part in a batch of few events can be read by one statement, without a lock.

    `every` is a select of one array, `ids`: the ids `$1`, and those of all else that is read with them,
    ascending. `columns` are columns of a select; `versions` are selects, joined by `union all`, of the `xmin`
    of every row that is read, as text, with `{lock}` at their ends. In both, `{ids}` stands for the array.
    """

    every: str
    columns: str
    versions: str

    def ids(self, events: Sequence[Event]) -> Collection[UUID] | None:
        """Return the ids under which lies all that these may read or change; None where more is needed."""
        ...

    async def known(self, connection: Connection, found: Record, ids: Collection[UUID]) -> Known | None:
        """Make the state of these ids from the columns; None where more has to be loaded."""
        ...

    def fold(self, known: Known, event: Event, now: datetime) -> Outcome:
        """Apply one event, as `Application` does."""
        ...

    async def flush_if(self, connection: Connection, known: Known, rows: Rows, condition: Condition) -> bool:
        """Write all in one statement if the condition is met; if not, returns False and writes nothing."""
        ...


class ParkEverything:
    """An application that folds nothing: every event is parked, and the real application retries it.

    The event waits for the reason in `awaiting`; without one it counts as failed.
    """

    def __init__(self, awaiting: Awaiting | None = None) -> None:
        self._awaiting = awaiting

    async def load(
        self, connection: Connection, events: Sequence[Event], untaken: Sequence[Untaken] = ()
    ) -> None:
        """Return nothing; there is no state."""

    def hear_untaken(self, known: None, untaken: Untaken, now: datetime) -> None:
        """Ignore it."""

    def keys(self, _known: None) -> Collection[UUID]:
        """Return no key."""
        return ()

    def fold(self, _known: None, _event: Event, _now: datetime) -> Outcome:
        """Return `awaiting`, or raise."""
        if self._awaiting is not None:
            return self._awaiting
        raise RuntimeError("This event broke its batch.")

    async def flush(self, connection: Connection, _known: None, rows: Rows, _now: datetime) -> None:
        """Write delivery's rows."""
        await write_rows(connection, rows)
