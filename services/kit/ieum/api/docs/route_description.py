"""How a route describes itself in the OpenAPI document: name, body, answers, headers and problems."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, TypedDict

from pydantic import BaseModel

from ieum.api.docs.examples import Example
from ieum.api.http.host_check import EVENT_STREAM
from ieum.api.problems import http_kinds
from ieum.api.problems.access_kinds import CALLING
from ieum.api.problems.delivery_kinds import RESTORING, STREAM_STOPPED
from ieum.api.problems.http_kinds import ProblemKind
from ieum.api.problems.referral_kinds import IDENTIFIERS, STALE
from ieum.api.problems.request_kinds import ON_EVERY_ROUTE, ON_V1_ROUTES
from ieum.api.problems.response import MEDIA_TYPE

_HEADERS_OF: Mapping[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
REF = "#/components/schemas/{model}"

Document = dict[str, Any]

ANYWHERE = (*ON_EVERY_ROUTE, http_kinds.QUERY, http_kinds.INTERNAL)
"""Problems of every route; each refuses parameters that it does not have."""
READING = (*CALLING, *ON_V1_ROUTES, http_kinds.UNAVAILABLE)
"""Problems of routes that use the database, as all under `/v1` do."""
POSTING = (
    *READING,
    http_kinds.KEY_MISSING,
    http_kinds.MALFORMED_JSON,
    http_kinds.SLOW,
    http_kinds.TOO_LARGE,
    http_kinds.MEDIA_TYPE,
    http_kinds.VALIDATION,
    http_kinds.KEY_REUSED,
    IDENTIFIERS,
)
"""Problems of every POST."""
ORDERING = (STREAM_STOPPED, RESTORING)
"""Problems of routes that say something to another agency."""
ALWAYS = ("X-Request-Id", "Cache-Control")
"""Headers of every answer."""


class Route(TypedDict):
    """The arguments of FastAPI's decorator; routes read bodies and write answers themselves."""

    operation_id: str
    response_model: None
    status_code: int
    responses: dict[int | str, Document]
    openapi_extra: Document


def gets(
    name: str,
    answer: type[BaseModel],
    *problems: ProblemKind,
    asks: bool = True,
    versioned: bool = False,
    not_yet: bool = False,
) -> Route:
    """Describe a GET.

    `asks`: it uses the database; `versioned`: the answer has an ETag; `not_yet`: the same answer with
    status 503 says that the service does not work.
    """
    headers = ["ETag"] if versioned else []
    may_be = (*ANYWHERE, *(READING if asks else ()), *problems)
    ill: dict[int | str, Document] = {503: _answer(answer, ["Retry-After"])} if not_yet else {}
    return Route(
        operation_id=name,
        response_model=None,
        status_code=200,
        responses={200: _answer(answer, headers), **_problems(may_be), **ill},
        openapi_extra={} if asks else {"security": []},
    )


def gives_table(name: str, answer: type[BaseModel], *problems: ProblemKind) -> Route:
    """Describe a GET whose answer is JSON, or a table as a file."""
    route = gets(name, answer, *problems)
    table: Document = {"content": {"text/csv": {"schema": {"type": "string"}}}}
    route["responses"][200] |= {**table, "headers": headers_of(["Content-Disposition"])}
    return route


def streams(route: Route) -> Route:
    """Add to a GET that the same answer can be followed as an event stream, which may have nothing new."""
    answer = route["responses"][200]
    answer["content"] = {EVENT_STREAM: {"schema": {"type": "string"}}}
    nothing = {"description": "The client was shown everything.", "headers": headers_of(())}
    route["responses"] = {**route["responses"], 204: nothing}
    route["openapi_extra"] = {"parameters": [{"$ref": "#/components/parameters/LastEventId"}]}
    return route


def posts(
    name: str,
    body: str,
    examples: Mapping[str, Example],
    answer: type[BaseModel],
    *problems: ProblemKind,
    status: int = 200,
    versioned: bool = False,
    tried: type[BaseModel] | None = None,
) -> Route:
    """Describe a POST whose body is the component schema `body`; `versioned` when it checks If-Match.

    `tried` is its answer with status 200 to `Prefer: dry-run`.
    """
    content = {
        "schema": {"$ref": REF.format(model=body)},
        "examples": {_name(each): {"summary": each, "value": value} for each, value in examples.items()},
    }
    created = status == HTTPStatus.CREATED
    headers = [
        "Idempotent-Replayed",
        *(["ETag"] if versioned or created else []),
        *(["Location"] if created else []),
    ]
    may_be = (*ANYWHERE, *POSTING, *((STALE,) if versioned else ()), *problems)
    keys = ["IdempotencyKey", *(["IfMatch"] if versioned else []), *(["Prefer"] if tried else [])]
    dry: dict[int | str, Document] = {200: _answer(tried, ["Preference-Applied"])} if tried else {}
    return Route(
        operation_id=name,
        response_model=None,
        status_code=status,
        responses={status: _answer(answer, headers), **dry, **_problems(may_be)},
        openapi_extra={
            "parameters": [{"$ref": f"#/components/parameters/{key}"} for key in keys],
            "requestBody": {"required": True, "content": {"application/json": content}},
        },
    )


def _answer(model: type[BaseModel], headers: Iterable[str]) -> Document:
    return {"model": model, "description": described(model), "headers": headers_of(headers)}


def _problems(may_be: Iterable[ProblemKind]) -> dict[int | str, Document]:
    by_status: dict[int, dict[str, ProblemKind]] = {}
    for kind in sorted(may_be, key=lambda kind: (kind.status, kind.name)):
        by_status.setdefault(kind.status, {})[kind.name] = kind
    return {status: _problem(list(each.values())) for status, each in by_status.items()}


def _problem(may_be: list[ProblemKind]) -> Document:
    examples = {kind.name: {"$ref": f"#/components/examples/{kind.name}"} for kind in may_be}
    headers = ["Content-Language", "Vary"]
    headers += _HEADERS_OF.get(may_be[0].status, ())
    if STALE in may_be:
        headers.append("ETag")
    schema = {"$ref": REF.format(model="Problem")}
    return {
        "description": "; ".join(f"`{kind.name}`: {kind.title.en}" for kind in may_be) + ".",
        "headers": headers_of(headers),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }


def headers_of(names: Iterable[str]) -> Document:
    """Return the headers of an answer, including those of every answer."""
    return {
        name: {"$ref": f"#/components/headers/{name.replace('-', '')}"} for name in sorted([*ALWAYS, *names])
    }


def described(model: type[BaseModel]) -> str:
    """Return the first sentence of a model's description."""
    return (model.__doc__ or model.__name__).strip().split("\n")[0]


def _name(summary: str) -> str:
    return summary.replace(" ", "-")
