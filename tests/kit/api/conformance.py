"""Holds every answer that the tests of this folder get against what the document declares for it."""

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
from fastapi import FastAPI

from ieum.api.app import BODIES
from ieum.api.docs.openapi import document_of
from ieum.api.docs.problem_schema import COMMON, MEMBERS
from tests.kit.api.openapi_nodes import Json, operations, resolved
from tests.kit.api.openapi_rules import PROBLEM, misfits

ON_THE_WAY = frozenset({"connection", "content-length", "content-type", "date", "transfer-encoding"})
"""Headers that are HTTP's own business."""
SECURITY = frozenset(
    {"x-content-type-options", "x-frame-options", "referrer-policy", "cross-origin-resource-policy"}
    | {"cross-origin-opener-policy", "content-security-policy"}
)
"""Headers of every answer that say nothing to a client."""


def conforms(app: FastAPI) -> Callable[[httpx.Response], Awaitable[None]]:
    """Make the hook that reads each answer of an app and raises AssertionError for what is not declared."""

    async def hook(response: httpx.Response) -> None:
        await response.aread()
        faults = list(undeclared(document_of(app, BODIES), response))
        assert not faults, "\n".join(["", *faults])

    return hook


def undeclared(document: Json, response: httpx.Response) -> Iterator[str]:
    """Say what of an answer the document does not declare; paths and methods beside it are passed over."""
    request = response.request
    operation = _operation(document, request.method.lower(), request.url.path)
    if operation is None:
        return
    place = f"{operation['operationId']} {response.status_code}"
    declared = operation["responses"].get(str(response.status_code))
    if declared is None:
        yield f"{place} is not declared: {response.text[:200]}"
        return
    yield from _headers(document, place, declared, response)
    media_type = response.headers.get("content-type", "").partition(";")[0]
    content = declared["content"].get(media_type)
    if content is None:
        yield f"{place} is {media_type}, which is not declared."
        return
    if not media_type.endswith("json"):
        return
    body = response.json()
    yield from (f"{place} does not fit: {fault}" for fault in misfits(document, content["schema"], body))
    yield from (
        f"{place} has an undeclared member: {name}" for name in _unknown(document, content["schema"], body)
    )
    if media_type == PROBLEM:
        yield from _problem(place, content, body)


def _operation(document: Json, method: str, path: str) -> Json | None:
    for known, template, operation in operations(document):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if known == method and re.fullmatch(pattern, path):
            return operation
    return None


def _headers(document: Json, place: str, declared: Json, response: httpx.Response) -> Iterator[str]:
    known = {name.lower(): resolved(document, each) for name, each in declared["headers"].items()}
    for name, header in known.items():
        value = response.headers.get(name)
        if value is None and header["required"]:
            yield f"{place} lacks the header {name}."
        if value is not None:
            read: Any = int(value) if header["schema"]["type"] == "integer" else value
            yield from (f"{place} {name}: {fault}" for fault in misfits(document, header["schema"], read))
    for name in sorted(set(response.headers) - known.keys() - ON_THE_WAY - SECURITY):
        yield f"{place} has the header {name}, which is not declared."


def _problem(place: str, content: Json, body: Json) -> Iterator[str]:
    kind = body["type"].rpartition(":")[2]
    if kind not in content["examples"]:
        yield f"{place} reports {kind}, which is not declared."
    for name in sorted(body.keys() - COMMON - MEMBERS.get(kind, {}).keys()):
        yield f"{place}: a problem of kind {kind} has the member {name}, which its example does not show."


def _unknown(document: Json, schema: Json, value: Json, place: str = "$") -> Iterator[str]:
    """Name members that the schema does not have, at any depth, where it does not let them be anything."""
    schema = resolved(document, schema)
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _unknown(document, schema.get("items", {}), each, f"{place}[{index}]")
    if not isinstance(value, dict) or schema.get("additionalProperties") is True:
        return
    properties = schema.get("properties", {})
    for name, each in value.items():
        if name not in properties:
            yield f"{place}.{name}"
        else:
            yield from _unknown(document, properties[name], each, f"{place}.{name}")
