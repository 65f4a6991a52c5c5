"""The mailboxes and their messages as AsyncAPI 3.0, made from the catalogue, as an agency sees them."""

from inspect import cleandoc

from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES, EventType
from ieum_contracts.header_schemas import headers_schema, key_schema
from ieum_contracts.schemas import schema_path
from ieum_contracts.topics import WIRE_VERSION, Family, topic_of, topics

_NOTE = "Wire version 0: synthetic data only; bodies are neither sealed nor signed yet. Read README.md first."
_BINDING = "0.5.0"
_SCRAM = {"$ref": "#/components/securitySchemes/scram"}
_RECEIVED = {
    True: "Read every agency's programmes and room, from the beginning at each start, without a group.",
    False: "Hear what others say: your own mailbox, `agency` is you.",
}
_SENT = {
    True: "Say what you offer and what room there is: your own catalogue, `agency` is you.",
    False: "Say something: the mailbox of whom you say it to, `agency` is the other one.",
}


def asyncapi() -> dict[str, object]:
    """Make the whole document; payloads refer to the files in `schemas/`."""
    said = [event for event in EVENT_TYPES.values() if event.model is not None]
    families = sorted({event.family for event in said})
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Ieum", "version": f"{WIRE_VERSION}.1.0", "description": _NOTE},
        "defaultContentType": "application/json",
        "servers": {
            "plain": _server("kafka", "9092", "Without TLS: for one machine and for trials, on loopback."),
            "tls": _server(
                "kafka-secure", "9093", "With TLS: for every network. The centre hands out its CA."
            ),
        },
        "channels": {family.value: _channel(family, said) for family in families},
        "operations": {
            f"{action}-{family.value}": _operation(action, family)
            for family in families
            for action in ("receive", "send")
        },
        "components": {
            "messages": {event.type: _message(event) for event in said},
            "securitySchemes": {
                "scram": {
                    "type": "scramSha512",
                    "description": "User name `<centre>.<agency>`; the centre hands out the password.",
                }
            },
        },
    }


def _server(protocol: str, port: str, description: str) -> dict[str, object]:
    return {
        "host": "{host}:{port}",
        "protocol": protocol,
        "description": description,
        "variables": {
            "host": {"default": "localhost", "description": "A broker of the centre."},
            "port": {"default": port, "description": "Its port for agencies."},
        },
        "security": [_SCRAM],
    }


def _channel(family: Family, said: list[EventType]) -> dict[str, object]:
    return {
        "address": f"{{centre}}.{{agency}}.{family.value}",
        "parameters": {
            "centre": {"description": "Id of the centre.", "examples": ["yangju"]},
            "agency": {"description": "Id of the agency that owns it.", "examples": ["employment-center"]},
        },
        "messages": {
            event.type: {"$ref": f"#/components/messages/{event.type}"}
            for event in said
            if event.family is family
        },
        "bindings": {"kafka": _topic(family)},
    }


def _topic(family: Family) -> dict[str, object]:
    sample = Address("centre", "agency")
    topic = next(
        each for each in topics(sample.centre, [sample.agency]) if each.name == topic_of(sample, family)
    )
    settings: dict[str, object] = {
        "cleanup.policy": [topic.settings["cleanup.policy"]],
        "max.message.bytes": int(topic.settings["max.message.bytes"]),
        "compression.type": topic.settings["compression.type"],
    }
    if "retention.ms" in topic.settings:
        settings["retention.ms"] = int(topic.settings["retention.ms"])
    return {
        "partitions": topic.partitions,
        "topicConfiguration": settings,
        "bindingVersion": _BINDING,
    }


def _operation(action: str, family: Family) -> dict[str, object]:
    shared = family is Family.CATALOGUE
    operation: dict[str, object] = {
        "action": action,
        "channel": {"$ref": f"#/channels/{family.value}"},
        "summary": (_RECEIVED if action == "receive" else _SENT)[shared],
        "security": [_SCRAM],
    }
    if action == "receive" and not shared:
        group = {"type": "string", "description": "`<centre>.<agency>`, the login's own name."}
        operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": _BINDING}}
    return operation


def _message(event: EventType) -> dict[str, object]:
    return {
        "name": event.type,
        "title": event.name,
        "summary": "" if event.model is None else cleandoc(event.model.__doc__ or ""),
        "contentType": "application/json",
        "headers": headers_schema(event),
        "payload": {"$ref": f"./{schema_path(event)}"},
        "bindings": {"kafka": {"key": key_schema(event.family), "bindingVersion": _BINDING}},
    }
