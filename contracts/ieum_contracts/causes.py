"""Coded values that say why or how something happened to a referral."""

from enum import StrEnum


class AssessmentSkipped(StrEnum):
    """Why a referral cites no assessment."""

    NO_PUBLISHED_RULE = "no-published-rule"
    URGENT = "urgent"
    CLIENT_UNWILLING = "client-unwilling"
    FACTS_MISSING = "facts-missing"
    NOT_ASKED = "not-asked"


class SubStatus(StrEnum):
    """What happened on the way."""

    CONTACTED = "contacted"
    SCHEDULED = "scheduled"
    NO_SHOW = "no-show"
    APPOINTMENT_CANCELLED = "appointment-cancelled"
    INTERIM_REPORT = "interim-report"


class ReceivedCause(StrEnum):
    """Why a referral is received again without an ask."""

    ANSWERED_HERE = "answered-here"


class ExpiredClock(StrEnum):
    """Which clock ended a referral."""

    INFO_REQUEST = "info-request"
    WAITLIST_REVIEW = "waitlist-review"


class CancelledCause(StrEnum):
    """Who agreed to a cancellation."""

    AT_ONCE = "at-once"
    AGREED_BY_WORKER = "agreed-by-worker"


class WithdrawnCause(StrEnum):
    """Where the client withdrew consent."""

    ASKED = "asked"
    SAID_TO_RECIPIENT = "said-to-recipient"


class ClosedCause(StrEnum):
    """Whether the sender acknowledged the outcome."""

    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"


class ReopenedCause(StrEnum):
    """Who wanted a referral reopened."""

    DISPUTED = "disputed"
    SUPERVISOR = "supervisor"


class RejectedCause(StrEnum):
    """Why an ask is not followed."""

    NOT_IN_THIS_STATE = "not-in-this-state"
    TOO_LATE = "too-late"
    DISPUTE_WAITS = "dispute-waits"
    ALREADY_REOPENED = "already-reopened"
    ALREADY_WITHDRAWN = "already-withdrawn"
    REFUSED_BY_WORKER = "refused-by-worker"
