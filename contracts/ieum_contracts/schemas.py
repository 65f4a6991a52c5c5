"""A JSON Schema of every event's body, named after type and version, each field described and classed."""

from collections.abc import Mapping

from ieum_contracts.catalogue import EventType
from ieum_contracts.model import DATA_CLASS_KEY, Model

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NULL = {"type": "null"}
_SAID_OF_A_MEMBER = frozenset({"title", "description", "default", DATA_CLASS_KEY})
_DEFINITIONS = "#/$defs/"


def schema_path(event: EventType) -> str:
    """Name the file of an event's schema, one for each minor version."""
    return f"schemas/{event.name}-{event.major}.{event.minor}.json"


def schema(event: EventType, model: type[Model]) -> dict[str, object]:
    """Make the JSON Schema of an event's body."""
    made = model.model_json_schema()
    definitions = made.pop("$defs", {})
    # Kinds of facts go by their titles, `FactDay`: the names that pydantic makes up change with its versions.
    titles = {name: str(definition["title"]) for name, definition in definitions.items()}
    if len(set(titles.values())) != len(titles):
        raise ValueError(f"Two models in {event.name} have one title; give one of them another name.")
    document: dict[str, object] = {"$schema": DIALECT, "$id": event.dataschema}
    document |= _members_nullable({name: _renamed(value, titles) for name, value in made.items()})
    if definitions:
        document["$defs"] = {
            titles[name]: _renamed(definitions[name], titles) for name in sorted(definitions)
        }
    return document


def _members_nullable(node: dict[str, object]) -> dict[str, object]:
    properties, required = node.get("properties"), node.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return node
    members = {name: each if name in required else _nullable(each) for name, each in properties.items()}
    return {**node, "properties": members}


def _nullable(member: Mapping[str, object]) -> dict[str, object]:
    """Let an optional member be null, which is read as its absence."""
    choices = member.get("anyOf")
    if isinstance(choices, list) and _NULL in choices:
        return dict(member)
    said = {name: value for name, value in member.items() if name in _SAID_OF_A_MEMBER}
    return {"anyOf": [{name: value for name, value in member.items() if name not in said}, _NULL], **said}


def _renamed(value: object, titles: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return _members_nullable({name: _renamed(inner, titles) for name, inner in value.items()})
    if isinstance(value, list):
        return [_renamed(inner, titles) for inner in value]
    if isinstance(value, str) and value.startswith(_DEFINITIONS):
        return _DEFINITIONS + titles[value.removeprefix(_DEFINITIONS)]
    return value
