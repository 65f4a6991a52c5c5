"""RFC 9457 answers: a problem raised anywhere in a request becomes one, in the reader's language."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails, to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ieum.api.problems import http_kinds
from ieum.api.problems.http_kinds import ProblemKind, Text

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
ERRORS_MAX = 20
NAME_CHARACTERS_MAX = 40
NAME_DIGITS_MAX = 4
LANGUAGES_MAX = 8


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """Ends the request with an answer of this kind; `members` stand beside the standard ones.

    Members hold ids, codes and names only: never a value out of the request's body.
    """

    def __init__(
        self,
        kind: ProblemKind,
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.name)
        self.kind = kind
        self.members = members or {}
        self.headers = headers or {}


async def answer(request: Request, problem: Exception) -> Response:
    """Write a problem as an answer, and note its kind for the log."""
    assert isinstance(problem, Problem)  # noqa: S101 - registered for Problem alone
    language = preferred_language(request.headers.get("accept-language", ""))
    request.scope["ieum.problem"] = problem.kind.name
    headers = {
        "content-language": language,
        "vary": "accept-language",
        "cache-control": "no-store",
        **_headers(problem.kind),
        **problem.headers,
    }
    body = _document(problem, language, request.scope.get("ieum.request"))
    return Response(body, problem.kind.status, headers, MEDIA_TYPE)


def written(kind: ProblemKind) -> bytes:
    """Write a problem as a whole answer where no request can be read; the connection ends with it."""
    body = _document(Problem(kind), "ko", None)
    headers = {
        "content-type": MEDIA_TYPE,
        "content-language": "ko",
        "cache-control": "no-store",
        **_headers(kind),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers | {"connection": "close"}).items())
    phrase = HTTPStatus(kind.status).phrase
    head = f"HTTP/1.1 {kind.status} {phrase}\r\n{lines}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: no such path, no such method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for HTTPException alone
    kind = {404: http_kinds.NOT_FOUND, 405: http_kinds.METHOD}.get(error.status_code, http_kinds.QUERY)
    return await answer(request, Problem(kind, headers=error.headers))


async def answer_bad_parameters(request: Request, error: Exception) -> Response:
    """Answer parameters of path, query or headers that are not valid."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
    return await answer(request, Problem(http_kinds.QUERY, {"errors": places(error.errors())}))


def places(errors: Sequence[ErrorDetails]) -> list[dict[str, object]]:
    """Say where a body fails and by which rule, without anything that came in as a value."""
    return [
        {"field": field_name(error["loc"]), "code": error["type"], **_limits(error.get("ctx", {}))}
        for error in errors[:ERRORS_MAX]
    ]


def field_name(location: Sequence[int | str]) -> str:
    """Write the place of a field; names are input too, so only what looks like one is repeated."""
    return ".".join(_printable(part) for part in location) or "body"


def preferred_language(accepted: str) -> str:
    """Choose `ko` or `en` by the header Accept-Language; Korean where it asks for neither."""
    best, best_weight = "ko", 0.0
    for entry in accepted.split(",")[:LANGUAGES_MAX]:
        tag, _, parameters = entry.strip().partition(";")
        weight = _weight(parameters)
        language = tag.strip().lower().partition("-")[0]
        if language in {"ko", "en"} and weight > best_weight:
            best, best_weight = language, weight
    return best


def _document(problem: Problem, language: str, request_id: object) -> bytes:
    kind = problem.kind
    members: dict[str, object] = {
        "type": kind.type,
        "title": _in(kind.title, language),
        "status": kind.status,
        "detail": _in(kind.detail, language),
        "detail_ko": kind.detail.ko,
        "detail_en": kind.detail.en,
        "help": f"/problems/{kind.name}",
    }
    if request_id is not None:
        members["instance"] = f"urn:uuid:{request_id}"
    return to_json({**problem.members, **members})


def _headers(kind: ProblemKind) -> dict[str, str]:
    if kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"retry-after": str(RETRY_AFTER_SECONDS)}
    if kind.status in {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT}:
        return {"connection": "close"}
    return {}


def _in(text: Text, language: str) -> str:
    return text.en if language == "en" else text.ko


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _printable(part: int | str) -> str:
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


def _limits(context: Mapping[str, object]) -> dict[str, object]:
    """Keep what the contract says about the field (limits, allowed values), nothing that came in."""
    known = ("expected", "expected_tags", "max_length", "min_length", "ge", "gt", "le", "lt", "pattern")
    limits = {name: context[name] for name in known if name in context}
    rule = context.get("error")  # the contract's own validators, whose words never repeat their input
    return {**limits, "rule": str(rule)} if isinstance(rule, ValueError) else limits
