"""Ways through an OpenAPI document: its operations, its answers, and every schema with its place."""

from collections.abc import Iterator
from typing import Any

Json = Any
_MAPS = ("properties", "patternProperties", "$defs")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not")


def resolved(document: Json, node: Json) -> Json:
    """Follow a reference within the document; raises KeyError where it leads nowhere."""
    while isinstance(node, dict) and "$ref" in node:
        found = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Give every operation with its method and path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def parameters(document: Json) -> Iterator[tuple[str, Json]]:
    """Give every parameter of every operation with its place."""
    for method, path, operation in operations(document):
        for each in operation.get("parameters", ()):
            parameter = resolved(document, each)
            yield f"{method} {path} {parameter['name']}", parameter


def answers(document: Json) -> Iterator[tuple[str, int, Json]]:
    """Give every answer of every operation with its place and status."""
    for method, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            yield f"{method} {path} {status}", int(status) if status.isdigit() else 0, answer


def schemas(document: Json) -> Iterator[tuple[str, Json]]:
    """Give every schema of the document, inner ones too, with its place."""
    for name, schema in document["components"]["schemas"].items():
        yield from _inside(name, schema)
    for name, header in document["components"]["headers"].items():
        yield from _inside(f"header {name}", header["schema"])
    for place, parameter in parameters(document):
        yield from _inside(place, parameter["schema"])


def answered(document: Json) -> set[str]:
    """Name the component schemas that answers are made of."""
    found: set[str] = set()
    waiting = [
        content["schema"]
        for _, _, answer in answers(document)
        for content in answer.get("content", {}).values()
    ]
    while waiting:
        for _, schema in _inside("", waiting.pop()):
            name = schema.get("$ref", "").rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(document["components"]["schemas"][name])
    return found


def references(node: Json) -> Iterator[str]:
    """Give every reference in the document, those of discriminators too."""
    if isinstance(node, list):
        for each in node:
            yield from references(each)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            elif name == "mapping":
                yield from value.values()
            else:
                yield from references(value)


def _inside(place: str, schema: Json) -> Iterator[tuple[str, Json]]:
    if not isinstance(schema, dict):
        return
    yield place, schema
    for key in _MAPS:
        for name, each in schema.get(key, {}).items():
            yield from _inside(f"{place}.{name}", each)
    for key in _LISTS:
        for each in schema.get(key, ()):
            yield from _inside(f"{place}.{key}", each)
    for key in _SINGLE:
        yield from _inside(f"{place}.{key}", schema.get(key))
