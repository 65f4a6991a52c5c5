"""The headers of each message as JSON Schema: what stands in them, and which must be there."""

from collections.abc import Mapping

from ieum_contracts.catalogue import EventType
from ieum_contracts.envelope import CONTENT_TYPE, NAMES, OPTIONAL, SPECVERSION
from ieum_contracts.topics import STREAM_FAMILIES, Family

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = "[a-z][a-z0-9]*(-[a-z0-9]+)*"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_PATTERNS: Mapping[str, tuple[str, str]] = {
    "ce_id": (UUID, "A new UUID, best of version 7."),
    "ce_source": (f"/{_ID}/{_ID}", "Address of who says it."),
    "ce_time": (_DATE + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z", "When it was said, in UTC."),
    "ce_recipient": (f"/{_ID}/{_ID}", "Address of whom it is said to; of the owner, on the catalogue."),
    "ce_sequence": ("0*[1-9][0-9]*", "Number in its stream: twenty digits, zero padded."),
    "ce_journey": (UUID, "The client's episode, over all its referrals."),
    "ce_causation": ("[!-~]{1,200}", "Event or request that caused it."),
    "traceparent": ("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", "W3C trace context."),
}
_NEEDS_JOURNEY = "referral.requested"
SEQUENCE_DIGITS = 20


def headers_schema(event: EventType) -> dict[str, object]:
    """Make the schema of an event's headers; further ones are ignored."""
    numbered = event.family in STREAM_FAMILIES
    absent = OPTIONAL - ({"ce_sequence"} if numbered else set())
    absent -= {"ce_journey"} if event.name == _NEEDS_JOURNEY else set()
    left_out = set() if numbered else {"ce_sequence"}
    return {
        "type": "object",
        "properties": {name: _header(name, event) for name in NAMES if name not in left_out},
        "required": [name for name in NAMES if name not in absent],
    }


def key_schema(family: Family) -> dict[str, object]:
    """Make the schema of a record key, which is the value of `ce_subject`."""
    pattern = f"programme:{_ID}" if family is Family.CATALOGUE else UUID
    return {"type": "string", "pattern": f"^{pattern}$", "description": "The record key."}


def _header(name: str, event: EventType) -> dict[str, object]:
    values = {
        "ce_specversion": SPECVERSION,
        "ce_type": event.type,
        "ce_dataschema": event.dataschema,
        "content-type": CONTENT_TYPE,
    }
    if name in values:
        return {"type": "string", "const": values[name]}
    if name in {"ce_subject", "ce_partitionkey"}:
        return key_schema(event.family)
    pattern, description = _PATTERNS[name]
    schema: dict[str, object] = {"type": "string", "pattern": f"^{pattern}$", "description": description}
    if name == "ce_sequence":
        schema |= {"minLength": SEQUENCE_DIGITS, "maxLength": SEQUENCE_DIGITS}
    return schema
