"""A history: what really happened to events between agencies, one fact a line; the input of `judge`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, TypeAdapter

from ieum_lab.testing.outside_facts import (
    Acknowledged,
    Amended,
    CaseStands,
    Detailed,
    Fed,
    Ordered,
    Owed,
    ReadToEnd,
)
from ieum_lab.testing.own_facts import Fired, Late, Overlooked, Placed, Told


class HistoryStream(NamedTuple):
    """The numbered events of one (source, recipient, family, key)."""

    source: str
    recipient: str
    family: str
    key: str

    def __str__(self) -> str:
        """Write the stream as a person reads it."""
        return f"{self.source} → {self.recipient} {self.family} {self.key}"


@dataclass(frozen=True, slots=True)
class Said:
    """A committed transaction said this. `cause` is the event or the request that caused it.

    `touches` holds what a local command changed; it is empty when an event from outside was the cause.
    """

    stream: HistoryStream
    sequence: int
    digest: str
    type: str
    cause: str = ""
    touches: tuple[str, ...] = ()
    fact: Literal["said"] = "said"


STRANGER = "x-stranger"
"""A header without meaning: marks a record that the test harness copied into a mailbox."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A topic holds this record, in the recipient's mailbox."""

    stream: HistoryStream
    sequence: int
    digest: str
    partition: int
    offset: int
    fact: Literal["carried"] = "carried"


@dataclass(frozen=True, slots=True)
class Heard:
    """The recipient consumed this number: applied, refused or skipped. `order` rises as effects committed."""

    stream: HistoryStream
    sequence: int
    digest: str
    type: str
    fate: Literal["applied", "refused", "skipped"] = "applied"
    reason: str = ""
    order: int | None = None
    touches: tuple[str, ...] = ()
    fact: Literal["heard"] = "heard"


@dataclass(frozen=True, slots=True)
class Parked:
    """The recipient keeps this event waiting."""

    stream: HistoryStream
    sequence: int
    digest: str
    reason: str = ""
    dead: bool = False
    fact: Literal["parked"] = "parked"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """The recipient quarantined the record at this place."""

    at: str
    family: str
    partition: int
    offset: int
    reason: str = ""
    fact: Literal["quarantined"] = "quarantined"


@dataclass(frozen=True, slots=True)
class Unkept:
    """The number of records beyond its limits that an agency counted and did not store."""

    at: str
    records: int
    fact: Literal["unkept"] = "unkept"


@dataclass(frozen=True, slots=True)
class Injected:
    """The test put this record into a mailbox. `must` is the only fate that it may have there."""

    at: str
    family: str
    partition: int
    offset: int
    digest: str
    must: Literal["count-once", "quarantined", "refused", "parked"]
    fact: Literal["injected"] = "injected"


@dataclass(frozen=True, slots=True)
class Removed:
    """The test removed this event from the outbox before it was sent, or from a mailbox."""

    stream: HistoryStream
    sequence: int
    fact: Literal["removed"] = "removed"


@dataclass(frozen=True, slots=True)
class Changed:
    """A row changed from one version to another (0 before it existed). `order` rises within an agency."""

    at: str
    thing: str
    before: int
    after: int
    state: str
    order: int
    fact: Literal["changed"] = "changed"


@dataclass(frozen=True, slots=True)
class Left:
    """Work that is left at an agency when all should be quiet."""

    at: str
    what: str
    detail: str = ""
    fact: Literal["left"] = "left"


Fact = (
    Said
    | Carried
    | Heard
    | Parked
    | Quarantined
    | Unkept
    | Injected
    | Removed
    | Changed
    | Left
    | Fired
    | Late
    | Placed
    | Told
    | Overlooked
    | Ordered
    | Acknowledged
    | Fed
    | ReadToEnd
    | Owed
    | Amended
    | Detailed
    | CaseStands
)

_FACT: TypeAdapter[Fact] = TypeAdapter(Annotated[Fact, Field(discriminator="fact")])


def write_history(path: Path, facts: Iterable[Fact]) -> None:
    """Return facts as JSON, one a line."""
    with path.open("wb") as file:
        file.writelines(_FACT.dump_json(fact) + b"\n" for fact in facts)


def read_history(path: Path) -> Iterator[Fact]:
    """Parse facts; raises pydantic's ValidationError for an invalid line."""
    with path.open("rb") as file:
        for line in file:
            yield _FACT.validate_json(line)
