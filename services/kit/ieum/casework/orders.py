"""The bodies that an agency's own system may post besides decisions and asks."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, model_validator

from ieum.casework.known_change import ToDoResult
from ieum_contracts.address import AgencyId, ProgrammeId
from ieum_contracts.case import CaseReason, FollowUp, GoalOutcome
from ieum_contracts.causes import AssessmentSkipped
from ieum_contracts.client import ReferralDetails, SealedNote
from ieum_contracts.client_codes import Goal, Need, PriorityCause, SafetyFlag
from ieum_contracts.codes import HandOver, Priority, SubjectKind
from ieum_contracts.consent import LegalBasis
from ieum_contracts.eligibility import EligibilityChanged
from ieum_contracts.model import LIST_ITEMS_MAX, Code, Line, Model, Reference
from ieum_contracts.referral import AssessmentCited
from ieum_contracts.timing import FutureDay, FutureTime, PastDay

LoopOverrideReason = Annotated[
    Line | None, Field(description="Why the client goes to the same programme again within 30 days.")
]
DuplicateOverrideReason = Annotated[
    Line | None, Field(description="Why the client is referred once more though a referral is open.")
]
RequestedService = Annotated[Code | None, Field(description="A service within the programme.")]
AnswerBy = Annotated[FutureTime | None, Field(description="When the sender expects an answer.")]
Cited = Annotated[AssessmentCited | None, Field(description="The assessment cited.")]
Skipped = Annotated[AssessmentSkipped | None, Field(description="Why no assessment is cited.")]
"""Members that a new referral and one in place of another have alike."""


def refuse_cited_and_skipped(cited: AssessmentCited | None, skipped: AssessmentSkipped | None) -> None:
    """Raise ValueError where an assessment is cited and said to be skipped."""
    if cited is not None and skipped is not None:
        raise ValueError("An assessment is cited or skipped, not both.")


class ReferralOrder(Model):
    """A new referral: to whom, for which client of ours, and what `referral.requested` carries.

    The journey's path is not given: it follows from the parent.
    """

    recipient: Annotated[AgencyId, Field(description="Id of the agency, in the same centre.")]
    client_ref: Annotated[
        Reference, Field(description="The sender's own opaque reference of its client; it never travels.")
    ]
    parent: Annotated[
        UUID | None, Field(description="The referral from which this one follows; it continues the journey.")
    ] = None
    loop_override: LoopOverrideReason = None
    duplicate_override: DuplicateOverrideReason = None
    subject: Annotated[SubjectKind, Field(description="Whether a person or an employer is referred.")]
    programme: Annotated[ProgrammeId, Field(description="The recipient's programme.")]
    priority: Annotated[Priority, Field(description="How soon a decision is due.")] = Priority.ROUTINE
    priority_cause: Annotated[
        PriorityCause | None, Field(description="Why it is more urgent than routine.")
    ] = None
    needs: Annotated[tuple[Need, ...], Field(max_length=LIST_ITEMS_MAX, description="Needs.")] = ()
    goals: Annotated[tuple[Goal, ...], Field(max_length=LIST_ITEMS_MAX, description="Goals.")] = ()
    safety_flags: Annotated[
        tuple[SafetyFlag, ...], Field(max_length=LIST_ITEMS_MAX, description="What staff must know first.")
    ] = ()
    requested_service: RequestedService = None
    hand_over: Annotated[HandOver, Field(description="How the client gets from one agency to the other.")]
    answer_by: AnswerBy = None
    assessment: Cited = None
    assessment_skipped: Skipped = None
    legal_basis: Annotated[
        LegalBasis | None, Field(description="The statute that stands in for consent.")
    ] = None
    sealed: Annotated[ReferralDetails, Field(description="Everything personal, and the consent artefact.")]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        person = self.subject is SubjectKind.PERSON
        if (self.sealed.client is not None, self.sealed.employer is not None) != (person, not person):
            raise ValueError("A referral of a person names the client, one of an employer the employer.")
        refuse_cited_and_skipped(self.assessment, self.assessment_skipped)
        return self


class CaseClosing(Model):
    """Closes a case without active referrals."""

    reason: Annotated[CaseReason, Field(description="Why it is closed.")]
    goals: Annotated[
        tuple[GoalOutcome, ...],
        Field(max_length=LIST_ITEMS_MAX, description="What became of each goal; a sender hears of its own."),
    ] = ()
    aftercare_until: Annotated[
        FutureDay | None, Field(description="Until when the agency looks after the client.")
    ] = None


class CaseFollowUp(Model):
    """What aftercare found of the client of a closed case."""

    found: Annotated[FollowUp, Field(description="What was found.")]
    checked_on: Annotated[PastDay | None, Field(description="Day of the check; today where absent.")] = None
    next_on: Annotated[FutureDay | None, Field(description="Day of the next check.")] = None
    sealed: Annotated[SealedNote | None, Field(description="A note in words.")] = None


class ToDoDone(Model):
    """Says that a worker has taken care of something to do."""

    result: Annotated[ToDoResult, Field(description="What became of it.")]


class PlanGoal(Model):
    """One goal of a journey's plan, who is in charge of it, and when it is looked at again."""

    goal: Annotated[Goal, Field(description="The goal; referrals cite it.")]
    owner: Annotated[AgencyId, Field(description="Id of the agency in charge, in the same centre.")]
    review_on: Annotated[FutureDay, Field(description="Day on which it is looked at again.")]


class JourneyPlan(Model):
    """The whole plan of a journey, in place of the one before."""

    goals: Annotated[tuple[PlanGoal, ...], Field(max_length=LIST_ITEMS_MAX, description="Each goal once.")]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({each.goal for each in self.goals}) < len(self.goals):
            raise ValueError("A plan names each goal once.")
        return self


REFERRAL_ORDER: TypeAdapter[ReferralOrder] = TypeAdapter(ReferralOrder)
CASE_CLOSING: TypeAdapter[CaseClosing] = TypeAdapter(CaseClosing)
CASE_FOLLOW_UP: TypeAdapter[CaseFollowUp] = TypeAdapter(CaseFollowUp)
JOURNEY_PLAN: TypeAdapter[JourneyPlan] = TypeAdapter(JourneyPlan)
TO_DO_DONE: TypeAdapter[ToDoDone] = TypeAdapter(ToDoDone)
ELIGIBILITY_CHANGE: TypeAdapter[EligibilityChanged] = TypeAdapter(EligibilityChanged)
