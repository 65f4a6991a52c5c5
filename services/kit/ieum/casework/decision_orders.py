"""The decisions that a worker's system may post, distinguished by name, each with its fields."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, model_validator

from ieum.casework.inquiry_orders import ConfirmationOrder
from ieum_contracts.causes import SubStatus
from ieum_contracts.client import SealedNote
from ieum_contracts.client_codes import Question
from ieum_contracts.codes import Decision, Outcome, Reason
from ieum_contracts.decisions import Appointment, GoalMet, Suggestion, Suggestions
from ieum_contracts.model import LIST_ITEMS_MAX, Code, Count, Flag, Model, Reference
from ieum_contracts.timing import FutureDay, FutureTime

Answers = Annotated[
    tuple[UUID, ...],
    Field(max_length=LIST_ITEMS_MAX, description="Ids of the asks that this settles; may be left out."),
]
SealedText = Annotated[SealedNote | None, Field(description="A note in words.")]
CodedReason = Annotated[Reason | None, Field(description="Why; `other` needs a note.")]
Confirmed = Annotated[
    ConfirmationOrder | None,
    Field(
        description="What a person found of the assessment: needed with `not-eligible` where that says "
        "`unlikely`, unless it was confirmed before."
    ),
]
NextAppointment = Annotated[Appointment | None, Field(description="When and where the client is expected.")]


class Deciding(Model):
    """What every decision may carry."""

    answers: Answers = ()
    sealed: SealedText = None


class Receive(Deciding):
    """The client has answered the recipient's questions in person."""

    decision: Literal[Decision.RECEIVED]
    reference: Annotated[Reference | None, Field(description="The recipient's own reference.")] = None


class RequestInfo(Deciding):
    """Something has to be known first."""

    decision: Literal[Decision.INFO_REQUESTED]
    questions: Annotated[
        tuple[Question, ...], Field(min_length=1, max_length=LIST_ITEMS_MAX, description="What is asked.")
    ]
    due_at: Annotated[FutureTime | None, Field(description="When the answer is due.")] = None


class Waitlist(Deciding):
    """There is no room yet."""

    decision: Literal[Decision.WAITLISTED]
    expected_wait_days: Annotated[Count | None, Field(description="Days until there may be room.")] = None
    review_at: Annotated[
        FutureTime | None, Field(description="When the waiting list is looked at again.")
    ] = None


class Accept(Deciding):
    """The recipient will serve the client, within the journey's case or the one named."""

    decision: Literal[Decision.ACCEPTED]
    contact_by: Annotated[FutureTime | None, Field(description="By when the client is contacted.")] = None
    appointment: NextAppointment = None
    case: Annotated[UUID | None, Field(description="An existing case that shall serve this as well.")] = None
    keep_case_open: Annotated[
        Flag, Field(description="Keep the case from closing by itself when its referrals have ended.")
    ] = False


class Start(Deciding):
    """Work has begun."""

    decision: Literal[Decision.STARTED]
    appointment: NextAppointment = None


class Progress(Deciding):
    """Something happened on the way."""

    decision: Literal[Decision.PROGRESSED]
    sub_status: Annotated[SubStatus, Field(description="What happened.")]
    appointment: NextAppointment = None


class Hold(Deciding):
    """Work rests."""

    decision: Literal[Decision.HELD]
    reason: CodedReason = None
    until: Annotated[FutureDay | None, Field(description="Until when.")] = None


class Complete(Deciding):
    """The work is done."""

    decision: Literal[Decision.COMPLETED]
    outcome: Annotated[Outcome, Field(description="What became of it.")]
    goals: Annotated[
        tuple[GoalMet, ...], Field(max_length=LIST_ITEMS_MAX, description="Which goals were met.")
    ] = ()
    suggestions: Annotated[
        Suggestions | None, Field(description="With `assessed` alone: programmes that would help.")
    ] = None

    @model_validator(mode="after")
    def _suggests_after_assessing(self) -> Self:
        if self.suggestions and self.outcome is not Outcome.ASSESSED:
            raise ValueError("Programmes are suggested with the outcome `assessed` alone.")
        return self


class Fail(Deciding):
    """The work was begun and stopped early."""

    decision: Literal[Decision.FAILED]
    reason: CodedReason = None
    confirmation: Confirmed = None


class Decline(Deciding):
    """The recipient does not take the client."""

    decision: Literal[Decision.DECLINED]
    reason: CodedReason = None
    confirmation: Confirmed = None
    failed_rules: Annotated[
        tuple[Code, ...], Field(max_length=LIST_ITEMS_MAX, description="Ids of rules that failed.")
    ] = ()
    suggestions: Annotated[
        tuple[Suggestion, ...], Field(max_length=LIST_ITEMS_MAX, description="Where to try instead.")
    ] = ()


class Redirect(Deciding):
    """Another agency serves the client better; the sender makes the new referral."""

    decision: Literal[Decision.REDIRECTED]
    reason: CodedReason = None
    suggestion: Annotated[Suggestion, Field(description="Where to refer instead.")]


class Cancel(Deciding):
    """The sender's wish to cancel is followed."""

    decision: Literal[Decision.CANCELLED]
    reason: CodedReason = None


class Conclude(Deciding):
    """Decisions that need nothing more; those of the system or a clock are refused with the moves allowed."""

    decision: Literal[
        Decision.RESUMED,
        Decision.WITHDRAWN,
        Decision.REOPENED,
        Decision.ASK_REJECTED,
        Decision.EXPIRED,
        Decision.CLOSED,
        Decision.AMENDMENT_NOTED,
        Decision.CONSENT_ERASED,
    ]


DecisionOrder = Annotated[
    Receive
    | RequestInfo
    | Waitlist
    | Accept
    | Start
    | Progress
    | Hold
    | Complete
    | Fail
    | Decline
    | Redirect
    | Cancel
    | Conclude,
    Field(discriminator="decision"),
]
DECISION_ORDER: TypeAdapter[DecisionOrder] = TypeAdapter(DecisionOrder)
