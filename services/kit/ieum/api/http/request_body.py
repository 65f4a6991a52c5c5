"""Reading a request's body: bounded in bytes and in time, then straight into its contract."""

import asyncio
from datetime import datetime
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.requests import Request

from ieum.api.problems import http_kinds
from ieum.api.problems.referral_kinds import IDENTIFIERS
from ieum.api.problems.response import ERRORS_MAX, Problem, field_name, places
from ieum_contracts import identifiers
from ieum_contracts.body import holds_identifier
from ieum_contracts.model import Model
from ieum_contracts.timing import out_of_time

BODY_BYTES_MAX = 256 * 1024
BODY_SECONDS_MAX = 10.0

Content = TypeVar("Content")


async def read_body(request: Request) -> bytes:
    """Read a JSON body; what is too much is never read to its end."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if media_type != "application/json" or encoding != "identity":
        raise Problem(http_kinds.MEDIA_TYPE)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:12]) > BODY_BYTES_MAX:
        raise Problem(http_kinds.TOO_LARGE, {"limit_bytes": BODY_BYTES_MAX})
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await _read_bounded(request)
    except TimeoutError:
        raise Problem(http_kinds.SLOW) from None


def parse(contract: TypeAdapter[Content], body: bytes) -> Content:
    """Understand a body by its contract; fields that the contract does not have are refused by name."""
    try:
        return contract.validate_json(body, extra="forbid")
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
    if errors[0]["type"] == "json_invalid":
        raise Problem(http_kinds.MALFORMED_JSON)
    raise Problem(http_kinds.VALIDATION, {"errors": places(errors)})


def refuse_identifiers(body: bytes) -> None:
    """Refuse a body that the contract took when any text in it holds a unique identifier (PIPA 24)."""
    if holds_identifier(body):
        found = [field_name(place.split(".")) for place in identifiers.places(from_json(body))][:ERRORS_MAX]
        raise Problem(
            IDENTIFIERS, {"errors": [{"field": place, "code": "identifier"} for place in found or ["body"]]}
        )


def refuse_out_of_time(content: object, now: datetime) -> None:
    """Refuse an order that holds a time or day which cannot be meant now, as a birth in the future."""
    found = list(out_of_time(content, now)) if isinstance(content, Model) else []
    if found:
        errors = [{"field": place, "code": fault} for place, fault in found[:ERRORS_MAX]]
        raise Problem(http_kinds.VALIDATION, {"errors": errors})


async def _read_bounded(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise Problem(http_kinds.TOO_LARGE, {"limit_bytes": BODY_BYTES_MAX})
    return bytes(body)
