"""Talk about delivery itself, on the delivery mailboxes: unnumbered, idempotent, nothing of a client."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from ieum_contracts.consent import Sha256Hex
from ieum_contracts.envelope import SEQUENCE_MAX
from ieum_contracts.model import WHOLE, Flag, Id, Model, Time, plain, pseudonym
from ieum_contracts.topics import Family

HEADS_MAX = 500

Sequence = Annotated[int, Field(strict=True, ge=1, le=SEQUENCE_MAX), WHOLE]
Head = Annotated[int, Field(strict=True, ge=0, le=SEQUENCE_MAX), WHOLE]
FateReason = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*(\.[a-z][a-z-]*)*$", max_length=60)]
"""A reason code of the table of fates, `sequence.gap`."""
TypeName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z-]*(\.[a-z][a-z-]*)+\.v[1-9][0-9]*$", max_length=80)
]


class ParkedState(StrEnum):
    """Whether a parked event is still tried again by itself."""

    WAITING = "waiting"
    DEAD = "dead"


class StreamParked(Model):
    """The hearer tells the sayer: from this number on, the stream waits."""

    family: Annotated[Family, plain("Family of the stream.")]
    key: Annotated[Id, pseudonym("Key of the stream.")]
    sequence: Annotated[Sequence, plain("First number that waits.")]
    reason: Annotated[FateReason, plain("Why it waits.")]
    state: Annotated[ParkedState, plain("Whether it is tried again by itself.")]
    since: Annotated[Time, plain("Since when it waits.")]


class StreamRefused(Model):
    """The hearer tells the sayer: this number was consumed, and changed nothing."""

    family: Annotated[Family, plain("Family of the stream.")]
    key: Annotated[Id, pseudonym("Key of the stream.")]
    sequence: Annotated[Sequence, plain("The number that was refused.")]
    event: Annotated[Id, pseudonym("Id of the event.")]
    type: Annotated[TypeName, plain("Type of the event.")]
    reason: Annotated[FateReason, plain("Why it was refused.")]
    digest: Annotated[Sha256Hex | None, pseudonym("Digest of the event as it was heard.")] = None


class StreamSkipped(Model):
    """The hearer tells the sayer: an operator passed over this number."""

    family: Annotated[Family, plain("Family of the stream.")]
    key: Annotated[Id, pseudonym("Key of the stream.")]
    sequence: Annotated[Sequence, plain("The number that was passed over.")]
    reason: Annotated[FateReason, plain("Why, as a code.")]
    digest: Annotated[Sha256Hex | None, pseudonym("Digest of the event as it was heard.")] = None


class StreamResendAsked(Model):
    """The hearer asks the sayer to send these numbers again, as they stand in its ledger."""

    family: Annotated[Family, plain("Family of the stream.")]
    key: Annotated[Id, pseudonym("Key of the stream.")]
    first: Annotated[Sequence, plain("First number that is missing.")]
    last: Annotated[Sequence | None, plain("Last number that is missing; absent for all that follow.")] = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError("The last number that is missing is not below the first.")
        return self


class StreamHead(Model):
    """How far one stream has come, as seen by whoever says it."""

    family: Annotated[Family, plain("Family of the stream.")]
    key: Annotated[Id, pseudonym("Key of the stream.")]
    said: Annotated[Head, plain("Last number that I said to you.")]
    heard: Annotated[Head, plain("Last number that I heard from you.")]


class StreamHeads(Model):
    """An agency tells a peer how far the streams between them have come."""

    heads: Annotated[tuple[StreamHead, ...], Field(max_length=HEADS_MAX), plain("Streams lately active.")]


class StreamHeadsAsked(Model):
    """An agency whose database or mailbox is older than the truth asks how far streams have come.

    The peer answers once it has read its own mailboxes as far as they went when the question came.
    """

    ask: Annotated[Id, plain("Name of this question.")]
    since: Annotated[Time, plain("Streams that were active at this time or later.")]


class StreamHeadsAnswered(Model):
    """A part of the answer to `stream.heads-asked`; all parts have `ask` as key, so they come in order."""

    ask: Annotated[Id, plain("The question that is answered.")]
    heads: Annotated[tuple[StreamHead, ...], Field(max_length=HEADS_MAX), plain("Streams that were active.")]
    last: Annotated[Flag, plain("Whether this is the last part.")]
