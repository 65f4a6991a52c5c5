"""What a recipient says of a referral: its decisions, each naming the asks that it settles."""

from typing import Annotated

from pydantic import Field

from ieum_contracts import causes
from ieum_contracts.address import ProgrammeId
from ieum_contracts.client import Documents, SealedNote
from ieum_contracts.client_codes import Goal, Question
from ieum_contracts.codes import ClosedAs, Outcome, Reason, State
from ieum_contracts.consent import AddressText
from ieum_contracts.model import (
    LIST_ITEMS_MAX,
    Code,
    Count,
    Flag,
    Id,
    Line,
    Model,
    Reference,
    personal,
    plain,
    pseudonym,
)
from ieum_contracts.timing import FutureDay, FutureTime


class DecisionBody(Model):
    """A decision: it settles the asks that it names."""

    answers: Annotated[
        tuple[Id, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Ids of the asks that this settles.")
    ] = ()
    sealed: Annotated[SealedNote | None, personal("A note in words.")] = None


class Appointment(Model):
    """When and where the client is expected."""

    at: Annotated[FutureTime, pseudonym("When.")]
    place: Annotated[Line, plain("Where.")]
    desk: Annotated[Line | None, plain("At which desk.")] = None
    bring: Annotated[Documents, plain("What to bring.")] = ()


class Suggestion(Model):
    """Where the client may be served better; only whoever has a new consent refers there."""

    agency: Annotated[AddressText, plain("Address of the agency.")]
    programme: Annotated[ProgrammeId, plain("Its programme.")]


Suggestions = Annotated[tuple[Suggestion, ...], Field(max_length=LIST_ITEMS_MAX)]


class ReferralReceived(DecisionBody):
    """The referral has arrived, or what was asked for has; receipt is not acceptance."""

    reference: Annotated[Reference | None, pseudonym("The recipient's own reference.")] = None
    decision_due_at: Annotated[FutureTime | None, plain("When a decision is due.")] = None
    cause: Annotated[causes.ReceivedCause | None, plain("Set when the client answered at the recipient.")] = (
        None
    )


class ReferralInfoRequested(DecisionBody):
    """Something has to be known before a decision can be taken."""

    questions: Annotated[
        tuple[Question, ...], Field(min_length=1, max_length=LIST_ITEMS_MAX), pseudonym("What is asked.")
    ]
    due_at: Annotated[FutureTime | None, plain("When the answer is due.")] = None


class ReferralWaitlisted(DecisionBody):
    """There is no room yet."""

    expected_wait_days: Annotated[Count | None, plain("Calendar days until there may be room.")] = None
    review_at: Annotated[FutureTime | None, plain("When the waiting list is looked at again.")] = None
    position: Annotated[Count | None, plain("Place on the list, 1 is next; in steps from 10 on.")] = None


class ReferralAccepted(DecisionBody):
    """The recipient will serve the client."""

    contact_by: Annotated[FutureTime | None, plain("By when the client is contacted.")] = None
    appointment: Annotated[Appointment | None, pseudonym("The first appointment.")] = None
    case: Annotated[Id | None, pseudonym("The case that serves the client; key of case.closed.")] = None


class ReferralStarted(DecisionBody):
    """Work has begun."""

    appointment: Annotated[Appointment | None, pseudonym("The next appointment.")] = None


class ReferralProgressed(DecisionBody):
    """Something happened on the way."""

    sub_status: Annotated[causes.SubStatus, pseudonym("What happened.")]
    appointment: Annotated[Appointment | None, pseudonym("The next appointment.")] = None


class ReferralHeld(DecisionBody):
    """Work rests."""

    reason: Annotated[Reason, pseudonym("Why.")]
    until: Annotated[FutureDay | None, plain("Until when.")] = None


class ReferralResumed(DecisionBody):
    """Work goes on."""


class GoalMet(Model):
    """One goal and whether it was met."""

    goal: Annotated[Goal, pseudonym("The goal.")]
    met: Annotated[Flag, pseudonym("Whether it was met.")]


class ReferralCompleted(DecisionBody):
    """The work is done; the sender acknowledges or disputes the outcome."""

    outcome: Annotated[Outcome, pseudonym("What became of it.")]
    goals: Annotated[
        tuple[GoalMet, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Which goals were met.")
    ] = ()
    suggestions: Annotated[Suggestions | None, pseudonym("With `assessed` alone: what would help.")] = None


class ReferralFailed(DecisionBody):
    """The work was begun and stopped early."""

    reason: Annotated[Reason, pseudonym("Why.")]


class ReferralDeclined(DecisionBody):
    """The recipient does not take the client."""

    reason: Annotated[Reason, pseudonym("Why.")]
    failed_rules: Annotated[
        tuple[Code, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Ids of rules that failed.")
    ] = ()
    suggestions: Annotated[Suggestions, pseudonym("Where to try instead.")] = ()


class ReferralRedirected(DecisionBody):
    """Another agency serves the client better; the sender makes the new referral."""

    reason: Annotated[Reason, pseudonym("Why.")]
    suggestion: Annotated[Suggestion, pseudonym("Where to refer instead.")]


class ReferralExpired(DecisionBody):
    """A clock ended it."""

    clock: Annotated[causes.ExpiredClock, plain("Which clock.")]


class ReferralCancelled(DecisionBody):
    """It was cancelled, as asked."""

    cause: Annotated[causes.CancelledCause, plain("Whether the system or a worker agreed.")] = (
        causes.CancelledCause.AT_ONCE
    )
    reason: Annotated[Reason | None, pseudonym("Why, as it was asked.")] = None


class ReferralWithdrawn(DecisionBody):
    """The client has withdrawn consent; nobody works on it any more."""

    cause: Annotated[causes.WithdrawnCause, plain("Where the client said so.")]


class ReferralClosed(DecisionBody):
    """The work had been completed or failed, and nothing is open any more."""

    cause: Annotated[causes.ClosedCause, plain("Whether the sender acknowledged.")]
    closed_as: Annotated[ClosedAs, pseudonym("How the work had ended.")]


class ReferralReopened(DecisionBody):
    """The work goes on."""

    cause: Annotated[causes.ReopenedCause, plain("Who wanted it.")]


class ReferralAskRejected(DecisionBody):
    """An ask is not followed."""

    state: Annotated[State, pseudonym("Where the referral stands.")]
    cause: Annotated[causes.RejectedCause, plain("Why.")]


class ReferralAmendmentNoted(DecisionBody):
    """An amendment has been taken note of."""
