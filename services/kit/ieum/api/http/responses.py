"""Answers as JSON: fields absent rather than null, times in UTC, never cached."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from ieum.api.problems import http_kinds
from ieum.api.problems.field_errors import FieldError
from ieum.api.problems.response import Problem
from ieum.storage.idempotency_rows import StoredResponse

CURSOR_CHARACTERS_MAX = 200
PAGE_MAX = 200
PAGE_DEFAULT = 50
DRY_RUN = "dry-run"
DRY_RUN_APPLIED = {"preference-applied": DRY_RUN}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.?)*"?')
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_TAGS = re.compile(rf"[ \t,]*{_TAG.pattern}(?:[ \t]*,[ \t,]*{_TAG.pattern})*[ \t,]*")

_VERSION = re.compile(r'"[0-9]{1,18}"')


def stored_answer(content: BaseModel, version: int, location: str | None = None) -> StoredResponse:
    """Return the answer to a command as it is stored: a representation, its version and its location."""
    headers = {"location": location} if location else {}
    headers |= {"etag": etag(version), "content-type": "application/json"}
    flat = [part for pair in headers.items() for part in pair]
    return StoredResponse(201 if location else 200, flat, _json(content))


def json_answer(content: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer."""
    return Response(
        _json(content), status, {"cache-control": "no-store", **(headers or {})}, "application/json"
    )


def response_of(answer: StoredResponse) -> Response:
    """Make a response of an answer as it is stored."""
    headers = dict(zip(answer.headers[::2], answer.headers[1::2], strict=True))
    return Response(answer.body, answer.status, {"cache-control": "no-store", **headers})


def etag(version: int) -> str:
    """Return the version of a resource as its ETag."""
    return f'"{version}"'


def wanted_versions(request: Request) -> frozenset[int] | None:
    """Parse the versions in If-Match; None for any. Raises Problem when it is no list of tags.

    Several lines are one list (RFC 9110 5.3). A weak tag never matches, for If-Match compares strongly.
    """
    wanted = if_match(request)
    if wanted is None or wanted == "*":
        return None
    if _TAGS.fullmatch(wanted) is None:
        raise Problem(http_kinds.QUERY, {"errors": [FieldError("header", "if-match", "entity-tags")]})
    return frozenset(int(tag[1:-1]) for tag in _TAG.findall(wanted) if _VERSION.fullmatch(tag))


def if_match(request: Request) -> str | None:
    """Join all lines of If-Match; None without one."""
    lines = request.headers.getlist("if-match")
    return ", ".join(line.strip() for line in lines) if lines else None


def prefers_dry_run(request: Request) -> bool:
    """Whether the header Prefer (RFC 7240) asks what would happen; a value of it changes nothing.

    To do nothing where work was meant can be repaired; to send what was only to be tried cannot.
    """
    lines = ",".join(request.headers.getlist("prefer"))
    named = (each.partition(";")[0].partition("=")[0] for each in _QUOTED.sub("", lines).split(","))
    return any(each.strip().lower() == DRY_RUN for each in named)


def write_cursor(*parts: object) -> str:
    """Return an opaque cursor of the place where a page ended."""
    return urlsafe_b64encode("|".join(map(str, parts)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, parts: int) -> list[str]:
    """Parse a cursor; raises Problem for one that we did not give."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        raise bad_cursor() from None
    found = text.split("|")
    if len(found) != parts:
        raise bad_cursor()
    return found


def read_time_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Parse the cursor of a list ordered by time and id."""
    at, last = read_cursor(cursor, 2)
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC), UUID(last)
    except (ValueError, OverflowError):
        pass
    raise bad_cursor()


def bad_cursor(parameter: str = "cursor") -> Problem:
    """Return the problem for a cursor that we did not give."""
    return Problem(http_kinds.QUERY, {"errors": [FieldError("query", parameter, "cursor")]})


def _json(content: BaseModel) -> bytes:
    return content.model_dump_json(exclude_none=True, by_alias=True).encode()
