"""The table of contents: every event type, its model, its family, and who may say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ieum_contracts import body as bodies
from ieum_contracts import (
    capacity,
    case,
    consent,
    decisions,
    delivery,
    eligibility,
    inquiry,
    overdue,
    programme,
    referral,
)
from ieum_contracts.body import Invalid, NotUnderstood
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.envelope import schema_version
from ieum_contracts.model import Model
from ieum_contracts.topics import BODY_BYTES_MAX, Family

__all__ = [
    "EVENT_TYPES",
    "MODEL_OF_ASK",
    "MODEL_OF_DECISION",
    "EventType",
    "Invalid",
    "NotUnderstood",
    "Party",
    "ask_of",
    "dataschema_of",
    "decision_of",
    "decode",
    "encode",
    "type_of",
]


class Party(StrEnum):
    """Who may say an event: seen from a referral, or from the centre."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    OWNER = "owner"
    REGISTRAR = "registrar"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class EventType:
    """One row of the catalogue; without a model the event is planned, and nobody says it yet."""

    name: str
    model: type[Model] | None
    family: Family
    by: frozenset[Party]
    major: int = 1
    minor: int = 0

    @property
    def type(self) -> str:
        """The name on the wire, `referral.requested.v1`."""
        return f"{self.name}.v{self.major}"

    @property
    def dataschema(self) -> str:
        """The schema on the wire, `urn:ieum:referral.requested:1.0`."""
        return f"urn:ieum:{self.name}:{self.major}.{self.minor}"


_SENDER = frozenset({Party.SENDER})
_RECIPIENT = frozenset({Party.RECIPIENT})
_BOTH = frozenset({Party.SENDER, Party.RECIPIENT})
_OWNER = frozenset({Party.OWNER})
_REGISTRAR = frozenset({Party.REGISTRAR})
_AGENCY = frozenset({Party.AGENCY})
_PLANNED = None

_ROWS = (
    EventType("referral.requested", referral.ReferralRequested, Family.REFERRAL, _SENDER),
    EventType("referral.amended", referral.ReferralAmended, Family.REFERRAL, _SENDER),
    EventType("referral.info-supplied", referral.ReferralInfoSupplied, Family.REFERRAL, _SENDER),
    EventType("referral.cancel-requested", referral.ReferralCancelRequested, Family.REFERRAL, _SENDER),
    EventType(
        "referral.outcome-acknowledged", referral.ReferralOutcomeAcknowledged, Family.REFERRAL, _SENDER
    ),
    EventType("referral.outcome-disputed", referral.ReferralOutcomeDisputed, Family.REFERRAL, _SENDER),
    EventType("consent.withdrawn", consent.ConsentWithdrawn, Family.REFERRAL, _SENDER),
    EventType("referral.received", decisions.ReferralReceived, Family.REFERRAL, _RECIPIENT),
    EventType("referral.info-requested", decisions.ReferralInfoRequested, Family.REFERRAL, _RECIPIENT),
    EventType("referral.waitlisted", decisions.ReferralWaitlisted, Family.REFERRAL, _RECIPIENT),
    EventType("referral.accepted", decisions.ReferralAccepted, Family.REFERRAL, _RECIPIENT),
    EventType("referral.started", decisions.ReferralStarted, Family.REFERRAL, _RECIPIENT),
    EventType("referral.progressed", decisions.ReferralProgressed, Family.REFERRAL, _RECIPIENT),
    EventType("referral.held", decisions.ReferralHeld, Family.REFERRAL, _RECIPIENT),
    EventType("referral.resumed", decisions.ReferralResumed, Family.REFERRAL, _RECIPIENT),
    EventType("referral.completed", decisions.ReferralCompleted, Family.REFERRAL, _RECIPIENT),
    EventType("referral.failed", decisions.ReferralFailed, Family.REFERRAL, _RECIPIENT),
    EventType("referral.declined", decisions.ReferralDeclined, Family.REFERRAL, _RECIPIENT),
    EventType("referral.redirected", decisions.ReferralRedirected, Family.REFERRAL, _RECIPIENT),
    EventType("referral.expired", decisions.ReferralExpired, Family.REFERRAL, _RECIPIENT),
    EventType("referral.cancelled", decisions.ReferralCancelled, Family.REFERRAL, _RECIPIENT),
    EventType("referral.withdrawn", decisions.ReferralWithdrawn, Family.REFERRAL, _RECIPIENT),
    EventType("referral.closed", decisions.ReferralClosed, Family.REFERRAL, _RECIPIENT),
    EventType("referral.reopened", decisions.ReferralReopened, Family.REFERRAL, _RECIPIENT),
    EventType("referral.ask-rejected", decisions.ReferralAskRejected, Family.REFERRAL, _RECIPIENT),
    EventType("referral.amendment-noted", decisions.ReferralAmendmentNoted, Family.REFERRAL, _RECIPIENT),
    EventType("consent.erased", consent.ConsentErased, Family.REFERRAL, _RECIPIENT),
    EventType("referral.overdue", overdue.ReferralOverdue, Family.REFERRAL, _BOTH),
    EventType("eligibility.requested", inquiry.EligibilityRequested, Family.ELIGIBILITY, _SENDER),
    EventType("eligibility.assessed", eligibility.EligibilityAssessed, Family.ELIGIBILITY, _RECIPIENT),
    EventType("eligibility.confirmed", inquiry.EligibilityConfirmed, Family.ELIGIBILITY, _RECIPIENT),
    EventType("eligibility.changed", eligibility.EligibilityChanged, Family.ELIGIBILITY, _BOTH),
    EventType("case.closed", case.CaseClosed, Family.CASE_CLOSED, _RECIPIENT),
    EventType("case.followed-up", case.CaseFollowedUp, Family.CASE_CLOSED, _RECIPIENT),
    EventType("programme.published", programme.ProgrammePublished, Family.CATALOGUE, _OWNER),
    EventType("capacity.changed", capacity.CapacityChanged, Family.CATALOGUE, _OWNER),
    EventType("agency.published", _PLANNED, Family.DIRECTORY, _REGISTRAR),
    EventType("key.revoked", _PLANNED, Family.DIRECTORY, _REGISTRAR),
    EventType("stream.parked", delivery.StreamParked, Family.DELIVERY, _AGENCY),
    EventType("stream.refused", delivery.StreamRefused, Family.DELIVERY, _AGENCY),
    EventType("stream.skipped", delivery.StreamSkipped, Family.DELIVERY, _AGENCY),
    EventType("stream.resend-asked", delivery.StreamResendAsked, Family.DELIVERY, _AGENCY),
    EventType("stream.heads", delivery.StreamHeads, Family.DELIVERY, _AGENCY),
    EventType("stream.heads-asked", delivery.StreamHeadsAsked, Family.DELIVERY, _AGENCY),
    EventType("stream.heads-answered", delivery.StreamHeadsAnswered, Family.DELIVERY, _AGENCY),
    EventType("agency.heartbeat", _PLANNED, Family.OPERATIONS, _AGENCY),
    EventType("stream.dead", _PLANNED, Family.OPERATIONS, _AGENCY),
    EventType("sequence.gap", _PLANNED, Family.OPERATIONS, _AGENCY),
    EventType("sequence.conflict", _PLANNED, Family.OPERATIONS, _AGENCY),
    EventType("message.quarantined", _PLANNED, Family.OPERATIONS, _AGENCY),
)

EVENT_TYPES: Mapping[str, EventType] = {row.type: row for row in _ROWS}
"""Every event type by its name on the wire."""
_NAMES = frozenset(row.name for row in _ROWS)
_OF_MODEL: Mapping[type[Model], EventType] = {row.model: row for row in _ROWS if row.model is not None}
_BY_WORD = {row.name.removeprefix("referral."): row.model for row in _ROWS if row.model is not None}

MODEL_OF_DECISION: Mapping[Decision, type[Model]] = {each: _BY_WORD[each] for each in Decision}
MODEL_OF_ASK: Mapping[AskType, type[Model]] = {each: _BY_WORD[each] for each in AskType}
_DECISIONS = {model: decision for decision, model in MODEL_OF_DECISION.items()}
_ASKS = {model: ask for ask, model in MODEL_OF_ASK.items()}


def decision_of(body: Model) -> Decision | None:
    """Name the decision that a body is; None when it is none."""
    return _DECISIONS.get(type(body))


def ask_of(body: Model) -> AskType | None:
    """Name the ask that a body is; None when it is none."""
    return _ASKS.get(type(body))


def type_of(body: Model) -> str:
    """Name a body's event type on the wire; raises KeyError for a model that is no event."""
    return _OF_MODEL[type(body)].type


def dataschema_of(body: Model) -> str:
    """Name a body's schema on the wire; raises KeyError for a model that is no event."""
    return _OF_MODEL[type(body)].dataschema


def encode(body: Model) -> bytes:
    """Write a body as JSON, absent rather than null; raises Invalid when nobody would accept it."""
    return bodies.write(body)


def decode(type: str, dataschema: str, body: bytes) -> Model:  # noqa: A002 - the header's name
    """Read the body of an event; raises NotUnderstood (it is parked) or Invalid (it is refused)."""
    if len(body) > BODY_BYTES_MAX:
        raise Invalid("body.too-large")
    event = EVENT_TYPES.get(type)
    if event is None:
        name = type.rpartition(".v")[0]
        raise NotUnderstood("version.unknown" if name in _NAMES else "type.unknown")
    if event.model is None:
        raise NotUnderstood("type.unknown")
    if dataschema != event.dataschema:
        _check_version(event, dataschema)
    return bodies.read(event.model, body)


def _check_version(event: EventType, dataschema: str) -> None:
    if dataschema.split(":")[2:3] != [event.name]:
        raise Invalid("body.invalid", ("ce_dataschema: names another event",))
    major, minor = schema_version(dataschema)
    if (major, minor) > (event.major, event.minor):
        raise NotUnderstood("version.unknown")
    if major < event.major:
        raise Invalid("body.invalid", ("ce_dataschema: has another major version than the type",))
