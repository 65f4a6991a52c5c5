"""The OpenAPI document: bodies that the routes read themselves, examples, and the problems they report."""

import functools
from collections.abc import Mapping
from typing import Any, TypedDict

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from ieum.api.docs.examples import Example
from ieum.api.problems.response import MEDIA_TYPE

REF = "#/components/schemas/{model}"

Document = dict[str, Any]


class ProblemDocument(BaseModel):
    """A refusal (RFC 9457); some kinds carry more members, as `state`, `allowed`, `errors` or `referral`."""

    type: str
    title: str
    status: int
    detail: str
    detail_ko: str
    detail_en: str
    help: str
    instance: str


class Post(TypedDict):
    """What a route that reads its body itself tells FastAPI's decorator."""

    response_model: None
    status_code: int
    responses: dict[int | str, Document]
    openapi_extra: Document


PROBLEM: Document = {
    "description": "A problem, explained at `/problems`.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="ProblemDocument")}}},
}
_KEY: Document = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Names one piece of work: sent again with it, a request gets the same answer for 7 days.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128},
    "example": "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b00",
}
_IF_MATCH: Document = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that was read: refused with 412 when it has changed meanwhile.",
    "schema": {"type": "string"},
}


def posts(
    body: str, examples: Mapping[str, Example], answer: type[BaseModel], status: int = 200, *, versioned: bool
) -> Post:
    """Describe a POST whose body is the component schema `body`."""
    content = {
        "schema": {"$ref": REF.format(model=body)},
        "examples": {name: {"value": value} for name, value in examples.items()},
    }
    return Post(
        response_model=None,
        status_code=status,
        responses={status: {"model": answer}, "default": PROBLEM},
        openapi_extra={
            "parameters": [_KEY, _IF_MATCH] if versioned else [_KEY],
            "requestBody": {"required": True, "content": {"application/json": content}},
        },
    )


def serve_document(app: FastAPI, path: str, bodies: Mapping[str, TypeAdapter[Any]]) -> None:
    """Serve the document, written at the first request; `bodies` become component schemas by their names."""

    @functools.cache
    def written() -> bytes:
        return to_json(_write(app, bodies))

    async def document(_: Request) -> Response:
        return Response(written(), media_type="application/json")

    app.add_route(path, document, include_in_schema=False)


def _write(app: FastAPI, bodies: Mapping[str, TypeAdapter[Any]]) -> Document:
    found = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in _inputs(bodies).items():
        schemas.setdefault(name, schema)
    schemas["ProblemDocument"] = ProblemDocument.model_json_schema(ref_template=REF)
    return found


def _inputs(bodies: Mapping[str, TypeAdapter[Any]]) -> Document:
    """Write the schemas of bodies; at this door fields that they do not name are refused."""
    by_name, shared = TypeAdapter.json_schemas(
        [(name, "validation", contract) for name, contract in bodies.items()], ref_template=REF
    )
    schemas: Document = dict(shared.get("$defs", {}))
    for schema in schemas.values():
        if schema.get("type") == "object":
            schema["additionalProperties"] = False
    named = {name: schema for (name, _), schema in by_name.items() if name not in schemas}
    return {**schemas, **named}
