"""What a problem looks like as JSON: the members of every kind, and those that only some kinds carry."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ieum.api.problems.http_kinds import ProblemKind
from ieum_contracts.codes import AskType, State

_ID = "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b03"
_SIZE_MAX = 2**31 - 1


class FieldProblem(BaseModel):
    """One place that is wrong, and the rule by which it is; never the value that stood there."""

    field: str = Field(description="Where: names and list indexes; a name that is not known is `?`.")
    code: str | None = Field(default=None, description="By which rule, as a code.")
    rule: str | None = Field(default=None, description="The rule in words.")
    expected: str | None = Field(default=None, description="Values that are taken.")
    expected_tags: str | None = Field(default=None, description="Kinds of body that are taken.")
    pattern: str | None = Field(default=None, description="Regular expression that a text has to match.")
    min_length: int | None = Field(default=None, ge=0, le=_SIZE_MAX, description="Fewest characters, items.")
    max_length: int | None = Field(default=None, ge=0, le=_SIZE_MAX, description="Most characters, items.")
    ge: float | None = Field(default=None, description="Least value.")
    gt: float | None = Field(default=None, description="Value that has to be exceeded.")
    le: float | None = Field(default=None, description="Greatest value.")
    lt: float | None = Field(default=None, description="Value that may not be reached.")


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
    limit_bytes: int | None = Field(default=None, description="Most bytes of a body (`too-large`).")


COMMON = frozenset(
    {"type", "title", "status", "detail", "detail_ko", "detail_en", "help", "instance"},
)
"""Members of every kind."""
MEMBERS: Mapping[str, Mapping[str, JsonValue]] = {
    "query": {"errors": [{"field": "query.limit", "code": "less_than_equal", "le": 200}]},
    "too-large": {"limit_bytes": 262_144},
    "validation": {"errors": [{"field": "sealed.contact.nickname", "code": "extra_forbidden"}]},
    "identifiers": {"errors": [{"field": "sealed.reason_in_words", "code": "identifier"}]},
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
    "version": {"version": 3},
    "stream-stopped": {"stream": f"city-welfare-team.referral.{_ID}", "reason": "sequence.conflict"},
    "restoring": {"stream": f"city-welfare-team.referral.{_ID}", "reason": "restored.comparing"},
}
"""The other members by the name of the kind, each with a value as it may be."""


def example(kind: ProblemKind) -> dict[str, JsonValue]:
    """Write a problem of a kind as it may be answered, in English."""
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
