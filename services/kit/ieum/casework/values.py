"""What casework works on and what it gives back: referrals, cases and changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from pydantic_core import from_json

from ieum.casework.business_days import WEEKDAYS, BusinessCalendar
from ieum.casework.eligibility import RuleFailure, RuleSet
from ieum.casework.inquiry_values import Citation, Confirmation, Inquiry
from ieum.casework.known_change import DuplicateOverride, KnownChange
from ieum_contracts.address import Address
from ieum_contracts.capacity import CapacityChanged, Room
from ieum_contracts.case import CaseReason
from ieum_contracts.client_codes import Goal
from ieum_contracts.codes import Decision, Outcome, Reason, State
from ieum_contracts.lifecycle import RecipientCopy, SenderCopy, asks_allowed, moves_allowed
from ieum_contracts.message import Say
from ieum_contracts.overdue import ClockPublished
from ieum_contracts.programme import ProgrammePublished


class Side(StrEnum):
    """This agency's role in a referral, which never changes."""

    SENDER = "sender"
    RECIPIENT = "recipient"


class EndCause(StrEnum):
    """Why a sender expects no answer any more: a report of its recipient, or its own decision."""

    REFUSED = "refused"
    SKIPPED = "skipped"
    LOST = "lost"
    ABANDONED = "abandoned"


class EndedHere(NamedTuple):
    """How a referral ended at its sender alone, without a decision of its recipient; `reason` is a code."""

    cause: EndCause
    reason: str


class UntakenDecision(NamedTuple):
    """A decision that had no effect at the sender, as the sender reports."""

    id: UUID
    decision: Decision
    reason: str


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral as one side knows it; `version` counts its changes.

    `asked` is what was requested, as JSON without the field `sealed`; `sealed` is that field, and None once
    it is erased. `created_at` is when this side stored it, `requested_at` when its sender said it.
    `case` is the recipient's case, known to the sender when the recipient named it. `ended_here` stays once
    set, also when the recipient answers later: the client may have been referred again. `untaken` are the
    recipient's decisions without effect; asks without effect are in the sender's copy. `second` says that it
    was made, with a reason, while a like one of the same client was open.
    """

    id: UUID
    journey: UUID
    peer: Address
    programme: str
    copy: RecipientCopy | SenderCopy
    asked: bytes
    sealed: bytes | None
    created_at: datetime
    changed_at: datetime
    version: int = 1
    client_ref: str | None = None
    loop_override: str | None = None
    parent: UUID | None = None
    case: UUID | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    concluded_at: datetime | None = None
    assessment: bytes | None = None
    ended_here: EndedHere | None = None
    untaken: tuple[UntakenDecision, ...] = ()
    requested_at: datetime | None = None
    second: bool = False

    @property
    def asked_at(self) -> datetime:
        """When the sender said it; this day counts, even if the recipient read it later."""
        return self.requested_at or self.created_at

    @property
    def side(self) -> Side:
        """This agency's role."""
        return Side.SENDER if isinstance(self.copy, SenderCopy) else Side.RECIPIENT

    @property
    def state(self) -> State:
        """The referral's state, as its recipient last said to this side."""
        return self.copy.state

    def allowed(self) -> tuple[str, ...]:
        """Return what a worker of this side may do now: the recipient's decisions, or the sender's asks."""
        if isinstance(self.copy, SenderCopy):
            return tuple(map(str, asks_allowed(self.copy)))
        return tuple(map(str, moves_allowed(self.copy)))

    def requested(self) -> dict[str, JsonValue]:
        """Return what was requested as a JSON object; `sealed` is absent once erased."""
        asked: dict[str, JsonValue] = from_json(self.asked)
        return asked if self.sealed is None else {**asked, "sealed": from_json(self.sealed)}


@dataclass(frozen=True, slots=True)
class CaseReferral:
    """A referral that a case serves; it may be withdrawn in any state, after it was closed as well."""

    referral: UUID
    sender: Address
    state: State
    outcome: Outcome | None = None
    goals: tuple[Goal, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """This agency's work for one client: one case per journey, over all its referrals to this agency."""

    id: UUID
    journey: UUID
    opened_at: datetime
    served: tuple[CaseReferral, ...] = ()
    keep_open: bool = False
    closed_at: datetime | None = None
    reason: CaseReason | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class AgencyView:
    """What casework needs besides referrals: the agency, its rules, all published programmes and their room.

    `capacities` is what each agency last said of a programme's room, this one included; it may lack some.
    `clocks` are those that run otherwise in a programme of this agency, `calendar` tells its business days.
    """

    me: Address
    rule_sets: Mapping[str, RuleSet]
    published: Mapping[tuple[Address, str], ProgrammePublished]
    capacities: Mapping[tuple[Address, str], CapacityChanged] = field(default_factory=dict)
    clocks: Mapping[str, tuple[ClockPublished, ...]] = field(default_factory=dict)
    calendar: BusinessCalendar = WEEKDAYS
    calendar_version: int = 0


@dataclass(frozen=True, slots=True)
class Alternative:
    """A programme of another agency for the same need; `room` is None where nothing is known of it."""

    agency: Address
    programme: str
    room: Room | None


@dataclass(frozen=True, slots=True)
class RoomWarning:
    """A programme without room now: a referral goes all the same, to wait there if a waiting list is kept."""

    capacity: CapacityChanged
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The result of a command or an event: the new state, and what has to be said.

    `failures` are rules that raised during the assessment, for the log; they block nothing. `warnings` are
    for whoever ordered it.
    """

    referral: Referral | None = None
    case: Case | None = None
    says: tuple[Say, ...] = ()
    also: tuple[Referral, ...] = ()
    failures: tuple[RuleFailure, ...] = ()
    changes: tuple[KnownChange, ...] = ()
    override: DuplicateOverride | None = None
    warnings: tuple[RoomWarning, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    cites: Citation | None = None
    confirmation: Confirmation | None = None
