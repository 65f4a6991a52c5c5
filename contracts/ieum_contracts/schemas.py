"""A JSON Schema of every event's body, named after type and version, each field described and classed."""

from collections.abc import Mapping

from ieum_contracts.catalogue import EventType
from ieum_contracts.model import Model

DIALECT = "https://json-schema.org/draft/2020-12/schema"
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
    document |= {name: _renamed(value, titles) for name, value in made.items()}
    if definitions:
        document["$defs"] = {
            titles[name]: _renamed(definitions[name], titles) for name in sorted(definitions)
        }
    return document


def _renamed(value: object, titles: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {name: _renamed(inner, titles) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, titles) for inner in value]
    if isinstance(value, str) and value.startswith(_DEFINITIONS):
        return _DEFINITIONS + titles[value.removeprefix(_DEFINITIONS)]
    return value
