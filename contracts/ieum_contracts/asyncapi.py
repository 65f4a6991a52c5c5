"""The mailboxes and their messages as AsyncAPI 3.0, made from the catalogue, for an agency that listens."""

from ieum_contracts.catalogue import EVENT_TYPES, EventType
from ieum_contracts.envelope import NAMES, OPTIONAL
from ieum_contracts.schemas import schema_path
from ieum_contracts.topics import WIRE_VERSION, Family

_NOTE = "Wire version 0: synthetic data only; bodies are neither sealed nor signed yet. Read README.md first."


def asyncapi() -> dict[str, object]:
    """Make the whole document; payloads refer to the files in `schemas/`."""
    said = [event for event in EVENT_TYPES.values() if event.model is not None]
    families = sorted({event.family for event in said})
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Ieum", "version": f"{WIRE_VERSION}.1.0", "description": _NOTE},
        "defaultContentType": "application/json",
        "channels": {family.value: _channel(family, said) for family in families},
        "operations": {
            f"hear-{family.value}": {"action": "receive", "channel": {"$ref": f"#/channels/{family.value}"}}
            for family in families
        },
        "components": {
            "messages": {event.type: _message(event) for event in said},
            "schemas": {"headers": _headers()},
        },
    }


def _channel(family: Family, said: list[EventType]) -> dict[str, object]:
    return {
        "address": f"{{centre}}.{{agency}}.{family.value}",
        "parameters": {
            "centre": {"description": "Id of the centre."},
            "agency": {"description": "Id of the agency that owns the topic."},
        },
        "messages": {
            event.type: {"$ref": f"#/components/messages/{event.type}"}
            for event in said
            if event.family is family
        },
    }


def _message(event: EventType) -> dict[str, object]:
    return {
        "name": event.type,
        "summary": "" if event.model is None else event.model.__doc__,
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {"$ref": f"./{schema_path(event)}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The value of ce_subject."}}},
    }


def _headers() -> dict[str, object]:
    return {
        "type": "object",
        "properties": {name: {"type": "string"} for name in NAMES},
        "required": [name for name in NAMES if name not in OPTIONAL],
    }
