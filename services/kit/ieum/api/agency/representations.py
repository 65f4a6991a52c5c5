"""The response models of referrals."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from ieum.api.agency.assessment_views import AssessmentDiffers, ConfirmationView
from ieum.api.agency.clock_views import ClockView
from ieum.api.agency.possible_duplicates import PossibleDuplicate
from ieum.api.agency.to_do_views import ToDo
from ieum.casework.values import EndCause, Side
from ieum_contracts.capacity import CapacityChanged, Room
from ieum_contracts.codes import AskType, ClosedAs, Outcome, Reason, State


class WarningCode(StrEnum):
    """Why a sender is warned."""

    WAITLIST = "programme-full"
    NO_ROOM = "programme-without-room"


class OpenAsk(BaseModel):
    """An ask that is not settled yet."""

    id: UUID
    ask: AskType


class NotTakenIn(BaseModel):
    """Something that this agency said and the other did not take in: it is as if it had never been said."""

    id: UUID = Field(description="Id of the event.")
    said: str = Field(description="The ask, or the recipient's decision.")
    reason: str = Field(description="Code of why, as the other agency reports.")


class EndedHereView(BaseModel):
    """How a referral ended at its sender alone: its recipient has decided nothing."""

    cause: EndCause = Field(
        description="Its request was refused, skipped or lost, or the sender has abandoned it."
    )
    reason: str = Field(description="Code of why.")


class ReferralStanding(BaseModel):
    """A referral's state after a move; nothing of the request is repeated."""

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


class AlternativeView(BaseModel):
    """A programme of another agency for the same need."""

    agency: str = Field(description="Address of the agency.")
    programme: str
    room: Room | None = Field(default=None, description="Its room; absent where nothing is known of it.")


class WarningView(BaseModel):
    """What speaks against a referral, which went all the same."""

    code: WarningCode
    detail_ko: str
    detail_en: str
    capacity: CapacityChanged = Field(description="What the recipient last said of the programme's room.")
    alternatives: list[AlternativeView] = Field(
        description="Programmes of other agencies for the same needs that do not say to be full."
    )


class ReferralCreated(ReferralStanding):
    """A new referral's state, and what its sender should know."""

    warnings: list[WarningView] = Field(description="Empty where nothing speaks against it.")


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
    clocks: list[ClockView] = Field(default=[], description="The clocks that run or rest.")


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
    loop_override: str | None = Field(
        default=None, description="Why the client came to the same programme again within 30 days."
    )
    duplicate_override: str | None = Field(
        default=None, description="Why the client was referred once more though a referral was open."
    )
    duplicate_of: UUID | None = Field(default=None, description="The referral that was open then.")
    possible_duplicates: list[PossibleDuplicate] = Field(
        description="Other referrals here of the same name and birth date, the latest first, at most twenty. "
        "A person decides whether they are of one client; there is `duplicate` as a reason to decline."
    )
    to_do: list[ToDo] = Field(
        description="Changes of eligibility of which a worker has to take care, done or not, latest first."
    )
    assessment_differs: AssessmentDiffers | None = Field(
        default=None, description="Present when the referral cites the answer to an inquiry."
    )
    confirmation: ConfirmationView | None = Field(
        default=None, description="What a person found of the assessment, the last time."
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
