"""Codes in words, marked for translation: states, clocks, what needs somebody, how fresh it is."""

from dataclasses import dataclass

from ieum.observe.words import WORDS
from ieum.web.translation import marked
from ieum_console.projection.freshness import Source
from ieum_console.projection.needs import NeedKind
from ieum_contracts.codes import State
from ieum_contracts.overdue import Clock
from ieum_contracts.topics import Family


@dataclass(frozen=True, slots=True)
class Sign:
    """A word with its icon and its kind of badge: never colour alone."""

    words: str
    icon: str
    kind: str = "plain"


STATES = {
    State.REQUESTED: Sign(marked("Requested"), "referral", "accent"),
    State.RECEIVED: Sign(marked("Received"), "check", "accent"),
    State.INFO_REQUESTED: Sign(marked("Information requested"), "info", "warning"),
    State.WAITLISTED: Sign(marked("On the waiting list"), "wait", "warning"),
    State.ACCEPTED: Sign(marked("Accepted"), "check", "accent"),
    State.IN_PROGRESS: Sign(marked("In progress"), "overview", "accent"),
    State.ON_HOLD: Sign(marked("On hold"), "wait", "warning"),
    State.COMPLETED: Sign(marked("Completed"), "check", "success"),
    State.FAILED: Sign(marked("Stopped early"), "stop"),
    State.CLOSED: Sign(marked("Closed"), "check", "success"),
    State.DECLINED: Sign(marked("Declined"), "stop"),
    State.REDIRECTED: Sign(marked("Referred elsewhere"), "referral"),
    State.CANCELLED: Sign(marked("Cancelled"), "stop"),
    State.WITHDRAWN: Sign(marked("Withdrawn"), "erase"),
    State.EXPIRED: Sign(marked("Expired"), "clock"),
}
CLOCKS = {
    Clock.TECHNICAL_RECEIPT: marked("receipt by the service"),
    Clock.DECISION: marked("decision"),
    Clock.INFO_REQUEST: marked("supply of information"),
    Clock.WAITLIST_REVIEW: marked("review of the waiting list"),
    Clock.PROGRESS: marked("report of progress"),
    Clock.ACKNOWLEDGEMENT: marked("acknowledgement of the outcome"),
    Clock.ERASURE_RECEIPT: marked("receipt of the erasure"),
}
NEEDS = {
    NeedKind.ERASURE_OPEN: Sign(marked("Withdrawal without a receipt"), "erase", "danger"),
    NeedKind.STREAM_WAITS: Sign(marked("Stream waits"), "stop", "danger"),
    NeedKind.NUMBERS_MISSING: Sign(marked("Numbers missing"), "missing", "danger"),
    NeedKind.OVERDUE: Sign(marked("Overdue"), "clock", "warning"),
    NeedKind.SILENCE: Sign(marked("Silent"), "silent", "warning"),
}
SOURCES = {
    Source.LIVE: Sign(marked("Live"), "check", "success"),
    Source.REBUILDING: Sign(marked("Being rebuilt"), "wait", "warning"),
    Source.KAFKA_AWAY: Sign(marked("Kafka does not answer"), "away", "danger"),
    Source.PROJECTOR_AWAY: Sign(marked("The projector does not run"), "away", "danger"),
}
FAMILIES = {
    Family.REFERRAL: marked("referral"),
    Family.ELIGIBILITY: marked("eligibility"),
    Family.CASE_CLOSED: marked("case closed"),
    Family.DELIVERY: marked("delivery"),
}
WINDOWS = {"15m": marked("15 minutes"), "1h": marked("1 hour"), "24h": marked("24 hours")}

ACTS = {"retry": marked("Retry"), "skip": marked("Skip")}
OPERATION_STATES = {
    "prepared": Sign(marked("Prepared"), "info", "accent"),
    "approved": Sign(marked("Approved"), "check", "accent"),
    "running": Sign(marked("Running"), "overview", "accent"),
    "paused": Sign(marked("Paused"), "wait", "warning"),
    "stopped": Sign(marked("Stopped"), "stop", "danger"),
    "aborted": Sign(marked("Aborted"), "stop"),
    "done": Sign(marked("Done"), "check", "success"),
}
RESULTS = {
    "applied": marked("Went on"),
    "waits-again": marked("Waits again"),
    "settled": marked("Nothing left to do"),
}


def event_words(event_type: str, language: str) -> str:
    """Return an event's type in the words of the agencies' workers; an unknown type unchanged."""
    found = WORDS.get(event_type.rpartition(".v")[0])
    return event_type if found is None else found[0] if language == "ko" else found[1]
