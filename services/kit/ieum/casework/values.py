"""What casework works on and what it gives back: referrals, cases and changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from pydantic_core import from_json

from ieum.casework.eligibility import RuleFailure, RuleSet
from ieum_contracts.address import Address
from ieum_contracts.case import CaseReason
from ieum_contracts.client_codes import Goal
from ieum_contracts.codes import Decision, Outcome, Reason, State
from ieum_contracts.lifecycle import RecipientCopy, SenderCopy, asks_allowed, moves_allowed
from ieum_contracts.message import Say
from ieum_contracts.programme import ProgrammePublished


class Side(StrEnum):
    """Which part this agency plays in a referral, for its whole life."""

    SENDER = "sender"
    RECIPIENT = "recipient"


class EndCause(StrEnum):
    """Why a sender expects no answer to a referral any more: what its recipient told, or its own decision."""

    REFUSED = "refused"
    SKIPPED = "skipped"
    LOST = "lost"
    ABANDONED = "abandoned"


class EndedHere(NamedTuple):
    """How a referral ended at its sender alone, without a decision of its recipient; `reason` is a code."""

    cause: EndCause
    reason: str


class UntakenDecision(NamedTuple):
    """A decision that the sender did not take in, as it told."""

    id: UUID
    decision: Decision
    reason: str


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral as one side knows it; `version` counts its changes.

    `asked` is what was requested, as JSON without its member `sealed`; `sealed` is that member, and None once
    it is erased. `created_at` is when this side wrote it down, `requested_at` when its sender said it.
    `case` is the recipient's case, known to the sender when the recipient named it. `ended_here` stays once
    set, also when the recipient answers after all: the client may have been referred anew. `untaken` are the
    recipient's decisions; asks that were not taken in stand in the sender's copy.
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

    @property
    def asked_at(self) -> datetime:
        """When the sender asked for it: its own day counts, however late it was read."""
        return self.requested_at or self.created_at

    @property
    def side(self) -> Side:
        """Which part this agency plays."""
        return Side.SENDER if isinstance(self.copy, SenderCopy) else Side.RECIPIENT

    @property
    def state(self) -> State:
        """Where the referral stands, as its recipient last said to this side."""
        return self.copy.state

    def allowed(self) -> tuple[str, ...]:
        """Name what a worker of this side may do now: the recipient's decisions, or the sender's asks."""
        if isinstance(self.copy, SenderCopy):
            return tuple(map(str, asks_allowed(self.copy)))
        return tuple(map(str, moves_allowed(self.copy)))

    def requested(self) -> dict[str, JsonValue]:
        """Give what was requested as a JSON object; its member `sealed` is absent once erased."""
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
    """What this agency does for one client: one case per journey, over all its referrals to this agency."""

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
    """What the agency knows beside its referrals: itself, its rules, and what everyone has published."""

    me: Address
    rule_sets: Mapping[str, RuleSet]
    published: Mapping[tuple[Address, str], ProgrammePublished]


@dataclass(frozen=True, slots=True)
class Change:
    """What a command or an event comes to: what is now known, and what has to be said of it.

    `failures` are rules that raised while the referral was assessed, for the log: they stand in nobody's way.
    """

    referral: Referral | None = None
    case: Case | None = None
    says: tuple[Say, ...] = ()
    also: tuple[Referral, ...] = ()
    failures: tuple[RuleFailure, ...] = ()
