"""Where a request fails and by which rule: JSON pointers (RFC 6901), never a value from the request."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema
from pydantic_core import ErrorDetails

from ieum.api.problems.field_wording import code_of, words_of

ERRORS_MAX = 20
NAME_CHARACTERS_MAX = 40
NAME_DIGITS_MAX = 4

SIZE_MAX = 2**31 - 1

Place: TypeAlias = Literal["body", "query", "path", "header"]
_Number: TypeAlias = Annotated[int | float, WithJsonSchema({"type": "number"})] | None
_QUOTED = re.compile(r"'([^']*)'")
BODY: Place = "body"


class FieldProblem(BaseModel):
    """One wrong field and the rule that it breaks; never its value."""

    model_config = ConfigDict(extra="forbid")

    where: Place = Field(alias="in", description="In which part of the request.")
    field: str = Field(
        description="Of a body a JSON pointer, else the parameter's name; a name that is not known is `?`."
    )
    code: str = Field(description="By which rule, as a code.")
    detail: str = Field(description="The rule in words, in the language of the answer.")
    detail_ko: str = Field(description="The same in Korean.")
    detail_en: str = Field(description="The same in English.")
    rule: str | None = Field(default=None, description="The contract's own rule (`value_error`).")
    expected: list[str] | None = Field(default=None, description="Values, kinds or names that are accepted.")
    pattern: str | None = Field(default=None, description="Regular expression that a text has to match.")
    min_length: int | None = Field(default=None, ge=0, le=SIZE_MAX, description="Fewest characters, items.")
    max_length: int | None = Field(default=None, ge=0, le=SIZE_MAX, description="Most characters, items.")
    ge: _Number = Field(default=None, description="Least value.")
    gt: _Number = Field(default=None, description="Value that has to be exceeded.")
    le: _Number = Field(default=None, description="Greatest value.")
    lt: _Number = Field(default=None, description="Value that may not be reached.")


_LIMITS = ("max_length", "min_length", "ge", "gt", "le", "lt", "pattern")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: a pointer into the body, or the name of a query, path or header parameter."""

    where: Place
    field: str
    code: str
    limits: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def document(self, language: str) -> dict[str, JsonValue]:
        """Return it as an entry of a problem, in the reader's language and in both."""
        words = words_of(self.code, self.limits)
        written = FieldProblem.model_validate(
            {
                "in": self.where,
                "field": self.field,
                "code": self.code,
                "detail": words.en if language == "en" else words.ko,
                "detail_ko": words.ko,
                "detail_en": words.en,
                **self.limits,
            }
        )
        return written.model_dump(by_alias=True, exclude_none=True)


def in_body(errors: Sequence[ErrorDetails], body: object) -> list[FieldError]:
    """Return where a body fails, and by which rule."""
    return [_in_body(error, body) for error in errors[:ERRORS_MAX]]


def in_parameters(errors: Sequence[ErrorDetails]) -> list[FieldError]:
    """Return which parameters of path, query or headers are wrong, and by which rule."""
    return [
        FieldError(
            cast("Place", error["loc"][0]), name_of(error["loc"][1:2]), code_of(error["type"]), _limits(error)
        )
        for error in errors[:ERRORS_MAX]
    ]


def pointer(parts: Sequence[int | str]) -> str:
    """Return the pointer to a field; names are input too, so only what looks like a name is repeated."""
    return "".join(f"/{printable(part)}" for part in parts)


def name_of(parts: Sequence[int | str]) -> str:
    """Return the name of a parameter."""
    return ".".join(printable(part) for part in parts) or "?"


def printable(part: int | str) -> str:
    """Return a name, or `?` for what may be a value."""
    if isinstance(part, int):
        return str(part)
    plain = part.replace("_", "").replace("-", "")
    looks_like_a_name = (
        0 < len(part) <= NAME_CHARACTERS_MAX
        and plain.isascii()
        and plain.isalnum()
        and sum(map(str.isdigit, plain)) <= NAME_DIGITS_MAX
    )
    return part if looks_like_a_name else "?"


def _in_body(error: ErrorDetails, body: object) -> FieldError:
    parts = list(_way(error["loc"], body, is_missing=error["type"] == "missing"))
    named = _QUOTED.fullmatch(str(error.get("ctx", {}).get("discriminator", "")))
    if named is not None:
        parts.append(named[1])
    return FieldError(BODY, pointer(parts), code_of(error["type"]), _limits(error))


def _way(location: Sequence[int | str], body: object, *, is_missing: bool) -> Iterator[int | str]:
    """Follow a path through the body; a step that is not there names a variant of the contract."""
    at: Any = body
    for number, part in enumerate(location, 1):
        is_here = part in at if isinstance(at, dict) else isinstance(at, list) and part in range(len(at))
        if is_here:
            at = at[part]
        elif not (is_missing and number == len(location)):
            continue
        yield part


def _limits(error: ErrorDetails) -> dict[str, object]:
    """Keep what the contract says about the field (limits, allowed values), nothing from the request."""
    context = error.get("ctx", {})
    limits: dict[str, object] = {name: context[name] for name in _LIMITS if name in context}
    expected = context.get("expected_tags", context.get("expected"))
    if expected is not None:
        limits["expected"] = _QUOTED.findall(str(expected)) or [str(expected)]
    rule = context.get("error")  # the contract's own validators, whose messages never repeat their input
    return {**limits, "rule": str(rule)} if isinstance(rule, ValueError) else limits
