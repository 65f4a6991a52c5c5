"""The OpenAPI document, made from the routes, the contracts of bodies and the kinds of problem."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from ieum.api.docs.components import HEADERS, PARAMETERS, SECURITY_SCHEMES
from ieum.api.docs.problem_schema import ProblemDocument, example
from ieum.api.docs.route_description import REF, Document
from ieum.api.docs.schema_forms import absent, by_title, plain, strict, without_null
from ieum.api.problems.http_kinds import METHOD
from ieum.api.problems.referral_kinds import KINDS
from ieum.api.problems.response import MEDIA_TYPE

LICENCE = {"name": "MIT", "identifier": "MIT"}
TAGS = (
    {"name": "referrals", "description": "Refer clients, decide on those that were referred, follow up."},
    {"name": "journeys", "description": "All referrals of one client, as this agency knows them."},
    {"name": "inquiries", "description": "Ask before a referral, without saying who it is."},
    {"name": "cases", "description": "What this agency does for one client, over all its referrals."},
    {"name": "programmes", "description": "What can be referred to."},
    {"name": "events", "description": "Everything that took effect here, in one order."},
    {"name": "reports", "description": "Counts of the agency's own referrals; small ones are hidden."},
    {"name": "operators", "description": "Streams, sources and records that need somebody."},
    {"name": "health", "description": "Whether the process lives and works."},
)
_NOWHERE = (METHOD,)
"""Problems of no operation: a method that the path does not have."""
_NOT_OURS = frozenset({"JsonValue", "HTTPValidationError", "ValidationError"})


def serve_document(app: FastAPI, path: str, bodies: Mapping[str, TypeAdapter[Any]]) -> None:
    """Serve the document, written at the first request; `bodies` become component schemas by their names."""

    async def document(request: Request) -> Response:
        written = document_of(app, bodies)
        context = {
            "url": str(request.base_url).rstrip("/"),
            "description": "This service, as it was reached.",
        }
        return Response(to_json({**written, "servers": [context]}), media_type="application/json")

    app.add_route(path, document, include_in_schema=False)


def document_of(app: FastAPI, bodies: Mapping[str, TypeAdapter[Any]]) -> Document:
    """Return the document, made once per app; its server is the one that was called."""
    if app.openapi_schema is None:
        app.openapi_schema = _write(app, bodies)
    return app.openapi_schema


def _write(app: FastAPI, bodies: Mapping[str, TypeAdapter[Any]]) -> Document:
    found = get_openapi(
        title=app.title,
        version=app.version,
        summary="HTTP API of one agency's service.",
        description=app.description,
        routes=app.routes,
        license_info=LICENCE,
        tags=list(TAGS),
        servers=[{"url": "/"}],
    )
    outputs = by_title(found.get("components", {}).get("schemas", {}))
    outputs |= by_title(_schemas({"ProblemDocument": TypeAdapter(ProblemDocument)}, "serialization"))
    inputs = by_title(_schemas(bodies, "validation"))
    components = _joined(
        {name: absent(schema) for name, schema in outputs.items() if name not in _NOT_OURS},
        {name: strict(schema) for name, schema in inputs.items()},
    )
    return {
        **found,
        "security": [{"BearerToken": []}],
        "paths": plain({path: _operations(each) for path, each in found["paths"].items()}),
        "components": {
            "schemas": {name: plain(schema) for name, schema in sorted(components.items())},
            "parameters": PARAMETERS,
            "securitySchemes": SECURITY_SCHEMES,
            "headers": {
                name: {"description": says, "required": required, "schema": plain(schema)}
                for name, (says, required, schema) in HEADERS.items()
            },
            "examples": {
                name: {"value": example(kind)} for name, kind in KINDS.items() if kind not in _NOWHERE
            },
        },
    }


def _schemas(contracts: Mapping[str, TypeAdapter[Any]], mode: JsonSchemaMode) -> Document:
    by_name, shared = TypeAdapter.json_schemas(
        [(name, mode, contract) for name, contract in contracts.items()], ref_template=REF
    )
    schemas: Document = dict(shared.get("$defs", {}))
    named = {name: schema for (name, _), schema in by_name.items() if name not in schemas}
    return {**schemas, **named}


def _joined(outputs: Mapping[str, Document], inputs: Mapping[str, Document]) -> Document:
    """Merge the schemas of answers and bodies; one name is one schema."""
    for name in outputs.keys() & inputs.keys():
        if plain(outputs[name]) != plain(inputs[name]):
            raise ValueError(f"The schema {name} differs between answers and bodies; rename one of them.")
    return {**inputs, **outputs}


def _operations(path: Document) -> Document:
    """Describe a path's operations, without FastAPI's assumptions: null parameters and its own 422."""
    for operation in path.values():
        if MEDIA_TYPE not in operation["responses"].get("422", {}).get("content", {MEDIA_TYPE: {}}):
            del operation["responses"]["422"]
        for parameter in operation.get("parameters", ()):
            if "schema" in parameter:
                parameter["schema"] = without_null(parameter["schema"])
                parameter["schema"].pop("description", None)
    return path
