"""Rewrites JSON Schemas so that client generators of any language understand them."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from ieum.api.docs.route_description import REF, Document

INT32_MAX = 2**31 - 1
_PREFIX = REF.format(model="")
_ANYTHING = {"$ref": REF.format(model="JsonValue")}
_DATA = frozenset({"default", "example", "examples", "const", "enum"})
"""Keywords whose content is data, not a schema."""


def plain(schema: Any) -> Any:
    """Rewrite a schema, or a container of schemas: no generated titles, a format for every number."""
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made: Document = {}
    for name, value in schema.items():
        if name == "properties":
            made[name] = {each: plain(inner) for each, inner in value.items()}
        elif name in _DATA:
            made[name] = value
        elif value == _ANYTHING:
            made[name] = True
        elif not (name == "title" and isinstance(value, str)):
            made[name] = plain(value)
    if made.get("default", made) is None:
        del made["default"]
    return _sized(made)


def absent(schema: Document) -> Document:
    """Rewrite the schema of an answer: a field without a value is absent, every other one is required."""
    properties = schema.get("properties")
    if properties is None:
        return schema
    optional = {name for name, each in properties.items() if _may_be_null(each)}
    shown = {name: without_null(each) for name, each in properties.items()}
    for each in shown.values():
        each.pop("default", None)
    made = {**schema, "properties": shown}
    made["required"] = [name for name in properties if name not in optional]
    return made


def without_null(schema: Document) -> Document:
    """Remove null as an alternative."""
    left = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if not left:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if len(left) == 1:
        return {**left[0], **rest}
    return {**rest, "anyOf": left}


def strict(schema: Document) -> Document:
    """Rewrite the schema of a body: unknown fields are refused, and no field has a default.

    Generators differ on a field with a default: TypeScript's would make it required.
    """
    if schema.get("type") != "object":
        return schema
    properties = {name: _without_default(each) for name, each in schema.get("properties", {}).items()}
    return {**schema, "properties": properties, "additionalProperties": False}


def by_title(schemas: Mapping[str, Document]) -> dict[str, Document]:
    """Name schemas after their models; the names that pydantic generates change with its versions."""
    titles = {name: str(schema.get("title", name)) for name, schema in schemas.items()}
    if len(set(titles.values())) != len(titles):
        raise ValueError("Two models of the API have one title; give one of them another name.")
    return {titles[name]: _renamed(schema, titles) for name, schema in schemas.items()}


def _without_default(schema: Document) -> Document:
    made = {name: value for name, value in schema.items() if name != "default"}
    meant = schema.get("default")
    if meant is None or meant == []:
        return made
    return {
        **made,
        "description": f"{schema.get('description', '')} Absent: `{to_json(meant).decode()}`.".strip(),
    }


def _may_be_null(schema: Document) -> bool:
    return {"type": "null"} in schema.get("anyOf", ())


def _sized(schema: Document) -> Document:
    if schema.get("type") == "number":
        return {"format": "double", **schema}
    if schema.get("type") != "integer":
        return schema
    whole = {name: int(value) if isinstance(value, float) else value for name, value in schema.items()}
    least, most = whole.get("minimum", -INT32_MAX - 2), whole.get("maximum", INT32_MAX + 1)
    small = least >= -INT32_MAX - 1 and most <= INT32_MAX
    return {**whole, "format": "int32" if small else "int64"}


def _renamed(value: Any, titles: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _renamed(inner, titles) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, titles) for inner in value]
    if isinstance(value, str) and value.startswith(_PREFIX):
        name = value.removeprefix(_PREFIX)
        return _PREFIX + titles.get(name, name)
    return value
