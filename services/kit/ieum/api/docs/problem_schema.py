"""The JSON schema of a problem: the fields of every kind, and those that only some kinds have."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ieum.api.problems.field_errors import BODY, FieldError, FieldProblem
from ieum.api.problems.http_kinds import ProblemKind
from ieum_contracts.codes import AskType, State

_ID = "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b03"


class ProblemDocument(BaseModel):
    """A refusal or a failure (RFC 9457). The `type` says of which kind, and so which other members it has."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="Kind of problem: never changes, and is explained at `help`.")
    title: str = Field(description="The kind in words, in the language of the answer.")
    status: int = Field(ge=400, le=599, description="The HTTP status.")
    detail: str = Field(description="What is wrong and what to do next, in the language of the answer.")
    detail_ko: str = Field(description="The same in Korean.")
    detail_en: str = Field(description="The same in English.")
    help: str = Field(description="Path of the page that explains the kind.")
    instance: str | None = Field(default=None, description="Which request it was; for the operators.")
    errors: list[FieldProblem] | None = Field(
        default=None, description="Places that are wrong (`query`, `validation`, `identifiers`)."
    )
    reason: str | None = Field(default=None, description="Code of the guard's own reason.")
    state: State | None = Field(default=None, description="Where the referral stands.")
    allowed: list[str] | None = Field(default=None, description="Moves, asks or reasons that are possible.")
    referral: UUID | None = Field(default=None, description="The referral that stands in the way.")
    ask: UUID | None = Field(default=None, description="The ask that stands in the way.")
    ask_type: AskType | None = Field(default=None, description="Type of that ask.")
    version: int | None = Field(default=None, description="The present version (`version`).")
    stream: str | None = Field(default=None, description="The stream (`stream-stopped`, `restoring`).")
    sequence: int | None = Field(default=None, description="The number that was named.")
    waits: int | None = Field(default=None, description="The number that waits now.")
    waited_for: str | None = Field(default=None, description="Code of what it waits for.")
    held: str | None = Field(default=None, description="Code of why a source is held.")
    held_since: datetime | None = Field(default=None, description="The hold that was named, by its time.")
    holds_since: datetime | None = Field(default=None, description="The time of the present hold.")
    begin: str | None = Field(default=None, description="Where the feed begins (`feed-restarted`).")
    limit_bytes: int | None = Field(default=None, description="Most bytes of a body (`too-large`).")


def _errors(error: FieldError) -> Mapping[str, JsonValue]:
    return {"errors": [error.document("en")]}


COMMON = frozenset(
    {"type", "title", "status", "detail", "detail_ko", "detail_en", "help", "instance"},
)
"""The fields of every kind."""
MEMBERS: Mapping[str, Mapping[str, JsonValue]] = {
    "query": _errors(FieldError("query", "limit", "less_than_equal", {"le": 200})),
    "too-large": {"limit_bytes": 262_144},
    "validation": _errors(FieldError(BODY, "/sealed/contact/nickname", "extra_forbidden")),
    "identifiers": _errors(FieldError(BODY, "/sealed/reason_in_words", "identifier")),
    "owner": {"reason": "decided-by-recipient", "state": "accepted", "allowed": ["amended"], "referral": _ID},
    "move": {"reason": "not-in-this-state", "state": "completed", "allowed": ["reopened"]},
    "ask-open": {
        "reason": "ask-open",
        "state": "accepted",
        "allowed": ["amended"],
        "ask": _ID,
        "ask_type": "cancel-requested",
    },
    "answers": {"reason": "answers-other-asks", "state": "accepted", "allowed": ["started"]},
    "reason": {"reason": "reason-missing", "state": "received", "allowed": ["no-capacity", "other"]},
    "case": {"reason": "referral-under-way", "state": "accepted", "referral": _ID},
    "duplicate": {"reason": "open-referral", "referral": _ID},
    "loop": {"reason": "visited-before"},
    "basis": {"reason": "basis-missing"},
    "programme": {"reason": "programme-not-published"},
    "journey": {"reason": "parent-of-another-client", "referral": _ID},
    "artefact": {"reason": "artefact-of-another-referral", "state": "received", "allowed": ["amended"]},
    "assessment": {"reason": "assessment-of-another-client"},
    "confirmation": {"reason": "confirmation-missing", "state": "received", "allowed": []},
    "version": {"version": 3},
    "feed-restarted": {"begin": "0"},
    "nothing-waits": {"sequence": 4},
    "another-number-waits": {"sequence": 4, "waits": 5, "waited_for": "fold.failed"},
    "held-anew": {
        "held": "source.held",
        "held_since": "2026-07-01T00:00:00Z",
        "holds_since": "2026-07-01T01:00:00Z",
    },
    "stream-stopped": {"stream": f"city-welfare-team.referral.{_ID}", "reason": "sequence.conflict"},
    "restoring": {"stream": f"city-welfare-team.referral.{_ID}", "reason": "restored.comparing"},
}
"""The other fields by the name of the kind, each with an example value."""


def example(kind: ProblemKind) -> dict[str, JsonValue]:
    """Return an example answer of a kind, in English."""
    return {
        "type": kind.type,
        "title": kind.title.en,
        "status": kind.status,
        "detail": kind.detail.en,
        "detail_ko": kind.detail.ko,
        "detail_en": kind.detail.en,
        "help": f"/problems/{kind.name}",
        "instance": f"urn:uuid:{_ID}",
        **MEMBERS.get(kind.name, {}),
    }
