"""What delivery asks of the application: load what is known, fold events into it, flush what changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.streams.batch_write import Rows, write_rows
from ieum_contracts.address import Address
from ieum_contracts.message import Event, Say

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Applied:
    """The event counts; `says` goes out in the transaction that keeps its effects."""

    says: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The event is wrong for what is known: its number is consumed, nothing changes, both sides are told.

    Where it may not even be known, its body is not kept.
    """

    reason: str
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The event is right but early: it is parked until something of its key arrives."""

    reason: str


Outcome = Applied | Refused | Awaiting


@dataclass(frozen=True, slots=True)
class Untaken:
    """An event that this agency said and that took no effect at the peer, as the peer itself has told.

    `kind` says how that came: `refused`, `skipped` by an operator there, or `lost`: the peer misses it, and
    the ledger here has it no more.
    """

    peer: Address
    key: UUID
    event_id: UUID
    type: str
    kind: str
    reason: str


class Application(Protocol[Known]):
    """The application's half of a batch. One batch is one transaction, which delivery opens and commits."""

    async def load(
        self, connection: Connection, events: Sequence[Event], untaken: Sequence[Untaken] = ()
    ) -> Known:
        """Lock and load all that these may read or change, in ascending order of ids."""
        ...

    def hear_untaken(self, known: Known, untaken: Untaken, now: datetime) -> None:
        """Take in that something was not taken in; told again, as it may be, it changes nothing."""
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

    async def load(
        self, connection: Connection, events: Sequence[Event], untaken: Sequence[Untaken] = ()
    ) -> None:
        """Load nothing."""

    def hear_untaken(self, known: None, untaken: Untaken, now: datetime) -> None:
        """Take no notice."""

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
