"""What is said when an agency's case for a client is closed, and when it looks after the client later."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from ieum_contracts.client import SealedNote
from ieum_contracts.client_codes import Goal
from ieum_contracts.codes import Outcome
from ieum_contracts.model import LIST_ITEMS_MAX, Id, Model, personal, plain, pseudonym
from ieum_contracts.timing import FutureDay, PastDay

Referrals = Annotated[tuple[Id, ...], Field(min_length=1, max_length=LIST_ITEMS_MAX)]


class CaseReason(StrEnum):
    """Why a case was closed."""

    ALL_REFERRALS_ENDED = "all-referrals-ended"
    GOALS_MET = "goals-met"
    GOALS_PARTLY_MET = "goals-partly-met"
    GOALS_NOT_MET = "goals-not-met"
    CLIENT_LEFT = "client-left"
    CONSENT_WITHDRAWN = "consent-withdrawn"


class FollowUp(StrEnum):
    """What aftercare (사후관리) found."""

    STILL_EMPLOYED = "still-employed"
    NO_LONGER_EMPLOYED = "no-longer-employed"
    STILL_ENROLLED = "still-enrolled"
    NO_LONGER_ENROLLED = "no-longer-enrolled"
    GOAL_KEPT = "goal-kept"
    GOAL_LOST = "goal-lost"
    NOT_REACHED = "not-reached"


class GoalOutcome(Model):
    """One goal and what became of it."""

    goal: Annotated[Goal, pseudonym("The goal.")]
    outcome: Annotated[Outcome, pseudonym("What became of it.")]


class CaseClosed(Model):
    """A case is closed; each sender hears it with its own referrals only."""

    case: Annotated[Id, pseudonym("The case; also the record key.")]
    referrals: Annotated[Referrals, pseudonym("Referrals of this sender that the case served.")]
    opened_on: Annotated[PastDay, pseudonym("Day on which the case was opened.")]
    closed_on: Annotated[PastDay, pseudonym("Day on which it was closed.")]
    reason: Annotated[CaseReason, pseudonym("Why it was closed.")]
    outcomes: Annotated[
        tuple[Outcome, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Outcomes of those referrals.")
    ] = ()
    goals: Annotated[
        tuple[GoalOutcome, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("What became of each goal.")
    ] = ()
    aftercare_until: Annotated[FutureDay | None, plain("Until when the agency looks after the client.")] = (
        None
    )

    @model_validator(mode="after")
    def _closed_after_it_was_opened(self) -> Self:
        if self.closed_on < self.opened_on:
            raise ValueError("A case is closed on the day on which it was opened, or later.")
        return self


class CaseFollowedUp(Model):
    """The agency has looked after the client of a closed case."""

    case: Annotated[Id, pseudonym("The case; also the record key.")]
    referrals: Annotated[Referrals, pseudonym("Referrals of this sender that the case served.")]
    checked_on: Annotated[PastDay, pseudonym("Day of the check.")]
    found: Annotated[FollowUp, pseudonym("What was found.")]
    next_on: Annotated[FutureDay | None, plain("Day of the next check.")] = None
    sealed: Annotated[SealedNote | None, personal("A note in words.")] = None
