"""The reasons to change nothing: a refused command, a refused event, an event that has to wait."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ieum_contracts.codes import AskType, Reason, State


class Guard(StrEnum):
    """The check that refused a command; over HTTP each is a problem type."""

    NOT_FOUND = "not-found"
    VERSION = "version"
    TIME = "time"
    OWNER = "owner"
    MOVE = "move"
    ASK_OPEN = "ask-open"
    ANSWERS = "answers"
    REASON = "reason"
    OUTCOME = "outcome"
    CASE = "case"
    BASIS = "basis"
    PROGRAMME = "programme"
    DUPLICATE = "duplicate"
    LOOP = "loop"
    JOURNEY = "journey"
    ARTEFACT = "artefact"
    ASSESSMENT = "assessment"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command changes nothing.

    `reason` is a code; `state` and `allowed` (moves, asks or reasons) say what would be possible;
    `referral`, `ask` and `ask_type` name what stands in the way; `fields` where the body is wrong, `faults`
    where and how its times are; `version` is the present one, where another was expected.
    """

    guard: Guard
    reason: str
    state: State | None = None
    allowed: tuple[str, ...] = ()
    referral: UUID | None = None
    ask: UUID | None = None
    ask_type: AskType | None = None
    fields: tuple[str, ...] = ()
    version: int | None = None
    faults: tuple[tuple[str, str], ...] = ()


def refused_reason(
    reason: Reason | None, fitting: Collection[Reason], state: State, *, required: bool, noted: bool
) -> Refusal | None:
    """Return why an order's reason is refused: it is missing, does not fit, or needs a note."""
    allowed = tuple(each for each in Reason if each in fitting)
    if reason is None:
        return Refusal(Guard.REASON, "reason-missing", state, allowed) if required else None
    if reason not in fitting:
        return Refusal(Guard.REASON, "reason-does-not-fit", state, allowed)
    if reason is Reason.OTHER and not noted:
        return Refusal(Guard.REASON, "note-missing", state, allowed)
    return None


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event that its sender should not have said; it changes nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """An event about something that has not arrived yet on its own stream."""

    reason: str
