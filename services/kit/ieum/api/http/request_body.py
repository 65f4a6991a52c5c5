"""Reading a POST: its key, and its body, bounded in bytes and in time, straight into its contract."""

import asyncio
import hashlib
import re
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.requests import Request

from ieum.api.http.http_limits import HttpLimits
from ieum.api.http.responses import if_match
from ieum.api.problems import http_kinds
from ieum.api.problems.field_errors import BODY, ERRORS_MAX, FieldError, in_body, pointer
from ieum.api.problems.referral_kinds import IDENTIFIERS
from ieum.api.problems.response import Problem
from ieum.storage.idempotency_rows import IdempotencyKey
from ieum_contracts import identifier_scan
from ieum_contracts.body import holds_identifier
from ieum_contracts.identifier_scan import contains_identifier

BODY_BYTES_MAX = 256 * 1024

Content = TypeVar("Content")

_KEY = re.compile(r"[\x21-\x7e]{8,128}")


async def read_command(request: Request, contract: TypeAdapter[Content]) -> tuple[Content, IdempotencyKey]:
    """Read a POST's body and key; raises Problem when either is invalid."""
    key = _key_of(request)
    body = await read_body(request)
    content = parse(contract, body)
    refuse_identifiers(body)
    return content, _idempotency_key(request, key, body)


def _key_of(request: Request) -> str:
    """Read the request's key, which is kept; raises Problem when there is none, or one that may not be."""
    keys = request.headers.getlist("idempotency-key")
    if len(keys) != 1 or _KEY.fullmatch(keys[0]) is None:
        raise Problem(http_kinds.KEY_MISSING)
    if contains_identifier(keys[0]):
        raise Problem(IDENTIFIERS, {"errors": [FieldError("header", "idempotency-key", "identifier")]})
    return keys[0]


def _idempotency_key(request: Request, key: str, body: bytes) -> IdempotencyKey:
    """Return the key with the request's fingerprint: of method, path with query, If-Match and body."""
    head = (request.method, request.url.path, request.url.query, if_match(request) or "")
    return IdempotencyKey(key, hashlib.sha256("\n".join(head).encode() + b"\n" + body).digest())


async def read_body(request: Request) -> bytes:
    """Read a JSON body; one over the limit is never read to its end."""
    limits: HttpLimits = request.app.state.context.limits
    types, encodings = (request.headers.getlist(f"content-{each}") for each in ("type", "encoding"))
    if len(types) != 1 or not _is_json(types[0]) or any(each.lower() != "identity" for each in encodings):
        raise Problem(http_kinds.MEDIA_TYPE)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:12]) > BODY_BYTES_MAX:
        raise Problem(http_kinds.TOO_LARGE, {"limit_bytes": BODY_BYTES_MAX})
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _read_bounded(request)
    except TimeoutError:
        raise Problem(http_kinds.SLOW) from None


def parse(contract: TypeAdapter[Content], body: bytes) -> Content:
    """Validate a body against its contract; unknown fields are refused by name."""
    try:
        return contract.validate_json(body, extra="forbid")
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
    if errors[0]["type"] == "json_invalid":
        raise Problem(http_kinds.MALFORMED_JSON)
    raise Problem(http_kinds.VALIDATION, {"errors": in_body(errors, from_json(body))})


def refuse_identifiers(body: bytes) -> None:
    """Refuse a valid body when any text in it holds a unique identifier (PIPA 24)."""
    refused = identifiers_in(body)
    if refused is not None:
        raise refused


def identifiers_in(body: bytes) -> Problem | None:
    """Return the problem of a valid body that holds a unique identifier in any text."""
    if not holds_identifier(body):
        return None
    found = [pointer(place.split(".")) for place in identifier_scan.places(from_json(body))][:ERRORS_MAX]
    errors = [FieldError(BODY, place, "identifier") for place in found or [""]]
    return Problem(IDENTIFIERS, {"errors": errors})


def _is_json(content_type: str) -> bool:
    """Whether the media type is JSON in UTF-8; parameters other than `charset` are ignored."""
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [
        value.strip('"')
        for name, _, value in (each.partition("=") for each in parameters)
        if name == "charset"
    ]
    return media_type == "application/json" and all(each in {"utf-8", "utf8"} for each in charsets)


async def _read_bounded(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise Problem(http_kinds.TOO_LARGE, {"limit_bytes": BODY_BYTES_MAX})
    return bytes(body)
