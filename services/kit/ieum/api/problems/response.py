"""RFC 9457 answers: a Problem raised anywhere in a request becomes one, in the reader's language."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from ieum.api.problems import http_kinds
from ieum.api.problems.field_errors import FieldError, in_parameters
from ieum.api.problems.http_kinds import ProblemKind, Text

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
LANGUAGES_MAX = 8


class Problem(Exception):
    """Ends the request with an answer of this kind; `members` are added to the standard fields.

    Members hold only ids, codes and names: never a value from the request's body.
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


async def answer(request: Request, problem: Problem) -> Response:
    """Return a problem as an answer, and note its kind for the log."""
    language = preferred_language(", ".join(request.headers.getlist("accept-language")))
    request.scope["ieum.problem"] = problem.kind.name
    headers = {
        "content-language": language,
        "vary": "accept-language",
        "cache-control": "no-store",
        **_headers(problem.kind),
        **problem.headers,
    }
    body = to_json(document_of(problem, language, request.scope.get("ieum.request")))
    return Response(body, problem.kind.status, headers, MEDIA_TYPE)


def written(kind: ProblemKind) -> bytes:
    """Return the bytes of a whole answer for a request that cannot be parsed; the connection ends with it."""
    request_id = uuid7()
    body = to_json(document_of(Problem(kind), "ko", request_id))
    headers = {
        "content-type": MEDIA_TYPE,
        "content-language": "ko",
        "vary": "accept-language",
        "x-request-id": str(request_id),
        "cache-control": "no-store",
        **_headers(kind),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers | {"connection": "close"}).items())
    phrase = HTTPStatus(kind.status).phrase
    head = f"HTTP/1.1 {kind.status} {phrase}\r\n{lines}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def answer_bad_parameters(request: Request, error: RequestValidationError) -> Response:
    """Answer invalid parameters of path, query or headers."""
    return await answer(request, Problem(http_kinds.QUERY, {"errors": in_parameters(error.errors())}))


def preferred_language(accepted: str) -> str:
    """Choose `ko` or `en` by the header Accept-Language; Korean when it asks for neither."""
    best, best_weight = "ko", 0.0
    for entry in accepted.split(",")[:LANGUAGES_MAX]:
        tag, _, parameters = entry.strip().partition(";")
        weight = _weight(parameters)
        language = tag.strip().lower().partition("-")[0]
        if language in {"ko", "en"} and weight > best_weight:
            best, best_weight = language, weight
    return best


def document_of(problem: Problem, language: str, request_id: object) -> dict[str, object]:
    """Return the members of a problem document; `title` and `detail` are in the language."""
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
    found = problem.members.get("errors")
    if isinstance(found, Sequence):
        members["errors"] = [each.document(language) for each in found if isinstance(each, FieldError)]
    return {**problem.members, **members}


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
