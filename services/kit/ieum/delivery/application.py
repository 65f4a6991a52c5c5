"""What delivery asks of the application: load what is known, fold events into it, flush what changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.streams.batch_write import Rows, write_rows
from ieum_contracts.message import Event, Say

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Applied:
    """The event counts; `says` goes out in the transaction that keeps its effects."""

    says: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The event is wrong for what is known: its number is consumed, nothing changes, both sides are told."""

    reason: str


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The event is right but early: it is parked until something of its key arrives."""

    reason: str


Outcome = Applied | Refused | Awaiting


class Application(Protocol[Known]):
    """The application's half of a batch. One batch is one transaction, which delivery opens and commits."""

    async def load(self, connection: Connection, events: Sequence[Event]) -> Known:
        """Lock and load all that folding these events may read or change, in ascending order of ids."""
        ...

    def keys(self, known: Known) -> Collection[UUID]:
        """Name every key on which folding may say something."""
        ...

    def fold(self, known: Known, event: Event, now: datetime) -> Outcome:
        """Take one event in: pure but for `known`, which changes only when the outcome is Applied.

        Whatever it raises is a bug of the fold: the event is parked and tried again later.
        """
        ...

    async def flush(self, connection: Connection, known: Known, rows: Rows, now: datetime) -> None:
        """Write what changed, and delivery's rows with it, in the same transaction and best in one statement.

        `write_rows` writes delivery's rows alone.
        """
        ...


class ParkEverything:
    """An application that folds nothing: what it is given is parked, to be tried again by the real one.

    It waits for what `awaiting` names; without that it has failed.
    """

    def __init__(self, awaiting: Awaiting | None = None) -> None:
        self._awaiting = awaiting

    async def load(self, connection: Connection, events: Sequence[Event]) -> None:
        """Load nothing."""

    def keys(self, known: None) -> Collection[UUID]:  # noqa: ARG002 - there is none
        """Say nothing on any key."""
        return ()

    def fold(self, known: None, event: Event, now: datetime) -> Outcome:  # noqa: ARG002 - it folds nothing
        """Let the event wait, or fail as the real fold did."""
        if self._awaiting is not None:
            return self._awaiting
        raise RuntimeError("This event broke the batch that it was folded in.")

    async def flush(self, connection: Connection, known: None, rows: Rows, now: datetime) -> None:  # noqa: ARG002
        """Write delivery's rows."""
        await write_rows(connection, rows)
