"""Every coded value of the referral's life, and which reason goes with which decision and ask."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a referral stands, as its recipient decided."""

    REQUESTED = "requested"
    RECEIVED = "received"
    INFO_REQUESTED = "info-requested"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    FAILED = "failed"
    CLOSED = "closed"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Decision(StrEnum):
    """What the recipient says; as an event `referral.<decision>.v1` (`consent.erased.v1` as it stands)."""

    RECEIVED = "received"
    INFO_REQUESTED = "info-requested"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    STARTED = "started"
    PROGRESSED = "progressed"
    HELD = "held"
    RESUMED = "resumed"
    COMPLETED = "completed"
    FAILED = "failed"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    REOPENED = "reopened"
    ASK_REJECTED = "ask-rejected"
    AMENDMENT_NOTED = "amendment-noted"
    CONSENT_ERASED = "consent.erased"


class AskType(StrEnum):
    """What the sender asks; as an event `referral.<ask>.v1` (`consent.withdrawn.v1` as it stands)."""

    INFO_SUPPLIED = "info-supplied"
    AMENDED = "amended"
    CANCEL_REQUESTED = "cancel-requested"
    OUTCOME_ACKNOWLEDGED = "outcome-acknowledged"
    OUTCOME_DISPUTED = "outcome-disputed"
    CONSENT_WITHDRAWN = "consent.withdrawn"


class Outcome(StrEnum):
    """What became of a completed referral; `not-met`: done, and the goal missed all the same.

    `assessed` is the outcome of a programme of the kind `assessment` alone.
    """

    SERVICE_PROVIDED = "service-provided"
    ENROLLED = "enrolled"
    ENROLLED_WAITLIST = "enrolled-waitlist"
    EMPLOYED = "employed"
    TRAINING_STARTED = "training-started"
    LOAN_APPROVED = "loan-approved"
    DEBT_ADJUSTMENT_STARTED = "debt-adjustment-started"
    BENEFIT_GRANTED = "benefit-granted"
    ATTENDED = "attended"
    INFORMATION_ONLY = "information-only"
    PARTIALLY_MET = "partially-met"
    NOT_MET = "not-met"
    ASSESSED = "assessed"


class Reason(StrEnum):
    """Why something was decided or asked; `other` needs a note."""

    NOT_ELIGIBLE = "not-eligible"
    NO_CAPACITY = "no-capacity"
    WRONG_SERVICE = "wrong-service"
    OUT_OF_AREA = "out-of-area"
    DUPLICATE = "duplicate"
    ALREADY_RECEIVING = "already-receiving"
    INSUFFICIENT_INFORMATION = "insufficient-information"
    DOCUMENTS_MISSING = "documents-missing"
    CANNOT_CONTACT = "cannot-contact"
    CLIENT_DECLINED = "client-declined"
    NO_SHOW_REPEATED = "no-show-repeated"
    NEEDS_MET_ELSEWHERE = "needs-met-elsewhere"
    FOUND_WORK = "found-work"
    MOVED = "moved"
    DECEASED = "deceased"
    SAFETY_RISK = "safety-risk"
    NO_SUITABLE_APPOINTMENT = "no-suitable-appointment"
    CONSENT_INVALID = "consent-invalid"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    PROGRAMME_NOT_OFFERED = "programme-not-offered"
    ITEMS_NOT_ALLOWED = "items-not-allowed"
    FUNDS_EXHAUSTED = "funds-exhausted"
    ENTERED_IN_ERROR = "entered-in-error"
    RECIPIENT_SILENT = "recipient-silent"
    OTHER = "other"


_R = Reason
_CLIENT_GONE = {_R.CLIENT_DECLINED, _R.FOUND_WORK, _R.MOVED, _R.DECEASED, _R.NEEDS_MET_ELSEWHERE}
_CANNOT_SERVE = {_R.NOT_ELIGIBLE, _R.NO_CAPACITY, _R.WRONG_SERVICE, _R.OUT_OF_AREA, _R.FUNDS_EXHAUSTED}
_CANNOT_START = {
    _R.INSUFFICIENT_INFORMATION,
    _R.DOCUMENTS_MISSING,
    _R.CANNOT_CONTACT,
    _R.NO_SUITABLE_APPOINTMENT,
    _R.SAFETY_RISK,
}
_CANCELLING = _CLIENT_GONE | {
    _R.DUPLICATE,
    _R.ALREADY_RECEIVING,
    _R.WRONG_SERVICE,
    _R.ENTERED_IN_ERROR,
    _R.RECIPIENT_SILENT,
    _R.OTHER,
}

REASONS_ON_RECEIPT = frozenset({_R.CONSENT_INVALID, _R.PROGRAMME_NOT_OFFERED, _R.ITEMS_NOT_ALLOWED})
"""Reasons with which the system itself declines, on receipt."""

REASONS_OF_DECISION: Mapping[Decision, frozenset[Reason]] = {
    Decision.DECLINED: frozenset(
        _CANNOT_SERVE
        | _CANNOT_START
        | _CLIENT_GONE
        | REASONS_ON_RECEIPT
        | {_R.DUPLICATE, _R.ALREADY_RECEIVING, _R.ENTERED_IN_ERROR, _R.OTHER}
    ),
    Decision.REDIRECTED: frozenset(
        _CANNOT_SERVE | {_R.NO_SUITABLE_APPOINTMENT, _R.SAFETY_RISK, _R.ALREADY_RECEIVING, _R.OTHER}
    ),
    Decision.FAILED: frozenset(
        _CLIENT_GONE | _CANNOT_SERVE | _CANNOT_START | {_R.NO_SHOW_REPEATED, _R.ALREADY_RECEIVING, _R.OTHER}
    ),
    Decision.HELD: frozenset(
        _CANNOT_START
        | {_R.NO_CAPACITY, _R.FUNDS_EXHAUSTED, _R.NO_SHOW_REPEATED, _R.CLIENT_DECLINED, _R.OTHER}
    ),
    Decision.CANCELLED: frozenset(_CANCELLING),
}
"""A decision that is not named here carries no reason; declined, redirected and failed must carry one."""

REASONS_OF_ASK: Mapping[AskType, frozenset[Reason]] = {AskType.CANCEL_REQUESTED: frozenset(_CANCELLING)}
"""An ask that is not named here carries no reason."""

REASON_REQUIRED = frozenset({Decision.DECLINED, Decision.REDIRECTED, Decision.FAILED, Decision.HELD})


class Priority(StrEnum):
    """How soon a decision is due: 3 business days, 1 business day, 4 hours."""

    ROUTINE = "routine"
    URGENT = "urgent"
    CRISIS = "crisis"


class HandOver(StrEnum):
    """How the client gets from desk to desk."""

    WALKED_OVER_NOW = "walked-over-now"
    APPOINTMENT = "appointment"
    RECIPIENT_CONTACTS = "recipient-contacts"


class SubjectKind(StrEnum):
    """Who is referred."""

    PERSON = "person"
    EMPLOYER = "employer"


class ProgrammeKind(StrEnum):
    """What a programme is for: a service, or an assessment of which services would help."""

    SERVICE = "service"
    ASSESSMENT = "assessment"


class ClosedAs(StrEnum):
    """How the work of a closed referral had ended."""

    COMPLETED = "completed"
    FAILED = "failed"
