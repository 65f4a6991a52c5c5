"""A body as bytes and back: what is wrong with one is said by place and kind, never by what stood there."""

import re

from pydantic import JsonValue, ValidationError
from pydantic_core import from_json, to_json

from ieum_contracts.identifier_scan import contains_identifier, places
from ieum_contracts.leaves import body_text
from ieum_contracts.model import Model, faults
from ieum_contracts.topics import BODY_BYTES_MAX

_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class NotUnderstood(Exception):
    """A newer agency may understand this: `type.unknown`, `version.unknown` or `value.unknown`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Invalid(Exception):
    """Nobody will ever accept this body; `fields` says where and how, never what stood there."""

    def __init__(self, reason: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(f"{reason}: {', '.join(fields)}" if fields else reason)
        self.reason = reason
        self.fields = fields


def write(body: Model) -> bytes:
    """Write a body as JSON, absent rather than null; raises Invalid when nobody would accept it."""
    written = body.model_dump_json(exclude_none=True).encode()
    if len(written) > BODY_BYTES_MAX:
        raise Invalid("body.too-large")
    _refuse_identifiers(body, written)
    return written


def read(model: type[Model], body: bytes) -> Model:
    """Read a body of at most `BODY_BYTES_MAX` with its model; raises NotUnderstood or Invalid."""
    found = _validated(model, body)
    if not isinstance(found, Model):
        raise found
    _refuse_identifiers(found, body)
    return found


def holds_identifier(written: bytes) -> bool:
    """Tell whether bytes that ought to be a body hold a unique identifier, also behind JSON's escapes."""
    return contains_identifier(body_text(written))


def _validated(model: type[Model], body: bytes) -> Model | NotUnderstood | Invalid:
    found = _checked(model, body)
    if isinstance(found, Model) or found.reason == "body.not-json" or b"null" not in body:
        return found
    return _checked(model, to_json(_without_nulls(from_json(body))))


def _checked(model: type[Model], body: bytes) -> Model | NotUnderstood | Invalid:
    # The fate is given back and raised outside: an exception raised here would carry pydantic's along, and
    # that one holds the input.
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if any(each["type"] == "json_invalid" for each in error.errors(include_input=False)):
            return Invalid("body.not-json")
        if _only_codes_are_unknown(error):
            return NotUnderstood("value.unknown")
        return Invalid("body.invalid", faults(error))
    except Exception:  # noqa: BLE001 - a value that our own code trips over stops one stream, never the reader
        return NotUnderstood("value.unknown")


def _without_nulls(value: JsonValue) -> JsonValue:
    """Leave out the members of objects that are null: to many a JSON writer that is how absence looks."""
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _only_codes_are_unknown(error: ValidationError) -> bool:
    return all(
        each["type"] == "enum" and isinstance(each["input"], str) and _CODE.fullmatch(each["input"])
        for each in error.errors(include_url=False, include_context=False)
    )


def _refuse_identifiers(body: Model, written: bytes) -> None:
    if holds_identifier(written):
        raise Invalid("body.identifier", tuple(places(body)) or ("a field that is not known",))
