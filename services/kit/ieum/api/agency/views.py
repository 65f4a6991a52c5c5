"""What the API shows of a referral: its state, its open asks and the moves that are possible now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue
from pydantic_core import from_json

from ieum.api.http.responses import stored_answer
from ieum.casework.values import Change, EndCause, Referral, Side
from ieum.storage.idempotency_rows import StoredResponse
from ieum.storage.reading import HistoryRow as Entry
from ieum_contracts.codes import AskType, ClosedAs, Decision, Outcome, Reason, State
from ieum_contracts.lifecycle import RecipientCopy


class OpenAsk(BaseModel):
    """An ask that is not settled yet."""

    id: UUID
    ask: AskType


class NotTakenIn(BaseModel):
    """Something that this agency said and the other did not take in: it is as if it had never been said."""

    id: UUID = Field(description="Id of the event.")
    said: AskType | Decision = Field(description="The ask, or the recipient's decision.")
    reason: str = Field(description="Code of why, as the other agency told.")


class EndedHereView(BaseModel):
    """How a referral ended at its sender alone: its recipient has decided nothing."""

    cause: EndCause = Field(
        description="Its request was refused, skipped or lost, or the sender has abandoned it."
    )
    reason: str = Field(description="Code of why.")


class ReferralStanding(BaseModel):
    """Where a referral stands after a move; nothing of what was sent is repeated."""

    id: UUID
    role: Side = Field(description="Which part this agency plays: `sender` asks, `recipient` decides.")
    state: State
    version: int = Field(description="Rises with every change; the ETag.")
    journey: UUID
    case: UUID | None = Field(default=None, description="The recipient's case, where there is one.")
    open_asks: list[OpenAsk] = Field(description="Asks that wait for an answer.")
    allowed: list[str] = Field(description="Moves that a worker here may make now: decisions, or asks.")
    abandoned: bool = Field(description="Whether the sender has given it up; an answer may still come.")
    ended_here: EndedHereView | None = Field(
        default=None, description="Present once the client may be referred again, whatever `state` says."
    )
    not_taken_in: list[NotTakenIn] = Field(
        description="Asks that may be asked again, or decisions that the sender's copy does not have."
    )


class ReferralSummary(ReferralStanding):
    """One line of the list of referrals."""

    peer: str = Field(description="Address of the other agency.")
    programme: str
    client_ref: str | None = Field(default=None, description="The sender's own reference; it never travels.")
    parent: UUID | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    closed_as: ClosedAs | None = None
    created_at: datetime
    changed_at: datetime


class HistoryEntry(BaseModel):
    """One event of a referral, as it took effect here."""

    id: UUID
    direction: Literal["said", "heard"]
    type: str
    at: datetime
    data: dict[str, JsonValue] | None = Field(
        default=None, description="What it says; absent once it is erased."
    )


class ReferralDetail(ReferralSummary):
    """Everything that this agency knows of a referral. Client details are read here and nowhere else."""

    requested: dict[str, JsonValue] = Field(
        description="What the sender requested; its member `sealed` is absent once it is erased."
    )
    assessment: dict[str, JsonValue] | None = Field(
        default=None, description="The recipient's advisory assessment (`eligibility.assessed`)."
    )
    history: list[HistoryEntry] = Field(
        description="The newest events, in the order in which they took effect here."
    )
    older: str | None = Field(
        default=None,
        description="Cursor of what came before `history`, absent when nothing did: pass it as `before` to "
        "`/v1/referrals/{id}/events`.",
    )


class HistoryPage(BaseModel):
    """A part of a referral's history, in the order in which it took effect here."""

    events: list[HistoryEntry]
    older: str | None = Field(
        default=None, description="Pass it as `before` for what came before; absent at the beginning."
    )


class ReferralPage(BaseModel):
    """A page of referrals, the latest first."""

    referrals: list[ReferralSummary]
    next: str | None = Field(default=None, description="Cursor of the next page; absent on the last.")


def standing(referral: Referral) -> ReferralStanding:
    """Show a referral's state."""
    ended = referral.ended_here
    return ReferralStanding(
        id=referral.id,
        role=referral.side,
        state=referral.state,
        version=referral.version,
        journey=referral.journey,
        case=referral.case,
        open_asks=_open_asks(referral),
        allowed=list(referral.allowed()),
        abandoned=ended is not None and ended.cause is EndCause.ABANDONED,
        ended_here=None if ended is None else EndedHereView(cause=ended.cause, reason=ended.reason),
        not_taken_in=_not_taken_in(referral),
    )


def standing_answer(change: Change) -> StoredResponse:
    """Answer a command on a referral with its new state."""
    after = _changed(change)
    return stored_answer(standing(after), after.version)


def created_answer(change: Change) -> StoredResponse:
    """Answer a new referral with its location and state."""
    made = _changed(change)
    return stored_answer(standing(made), made.version, f"/v1/referrals/{made.id}")


def summary(referral: Referral) -> ReferralSummary:
    """Show a referral as one line of a list."""
    return ReferralSummary(
        **dict(standing(referral)),
        peer=str(referral.peer),
        programme=referral.programme,
        client_ref=referral.client_ref,
        parent=referral.parent,
        outcome=referral.outcome,
        reason=referral.reason,
        closed_as=referral.copy.closed_as,
        created_at=referral.created_at,
        changed_at=referral.changed_at,
    )


def _changed(change: Change) -> Referral:
    if change.referral is None:
        raise LookupError("A command on a referral has to change it.")
    return change.referral


def coded(body: bytes) -> dict[str, JsonValue]:
    """Read an event's body without `sealed`, the field with everything personal."""
    content = from_json(body)
    return {name: value for name, value in content.items() if name != "sealed"}


def entries(referral: Referral, history: Sequence[Entry]) -> list[HistoryEntry]:
    """Show a part of a referral's history; codes alone once its details are erased."""
    read = from_json if referral.sealed is not None else coded
    return [
        HistoryEntry(
            id=entry.id,
            direction="said" if entry.said else "heard",
            type=entry.type,
            at=entry.at,
            data=None if entry.body is None else read(entry.body),
        )
        for entry in history
    ]


def _open_asks(referral: Referral) -> list[OpenAsk]:
    copy = referral.copy
    asks = copy.waiting if isinstance(copy, RecipientCopy) else copy.open
    return [OpenAsk(id=ask_id, ask=ask_type) for ask_id, ask_type in asks]


def _not_taken_in(referral: Referral) -> list[NotTakenIn]:
    copy = referral.copy
    untaken = referral.untaken if isinstance(copy, RecipientCopy) else copy.untaken
    return [NotTakenIn(id=said_id, said=name, reason=reason) for said_id, name, reason in untaken]
