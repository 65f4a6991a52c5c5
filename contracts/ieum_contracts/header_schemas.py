"""The headers of each message as JSON Schema: what stands in them, and which must be there."""

from collections.abc import Mapping

from ieum_contracts.catalogue import EventType
from ieum_contracts.envelope import NAMES, OPTIONAL, SPECVERSION
from ieum_contracts.header_values import PATTERNS, UUID_TEXT
from ieum_contracts.topics import STREAM_FAMILIES, Family

_ID = "[a-z][a-z0-9]*(-[a-z0-9]+)*"
_DESCRIPTIONS: Mapping[str, str] = {
    "ce_id": "A new UUID, best of version 7.",
    "ce_source": "Address of who says it.",
    "ce_time": "When it was said, in UTC.",
    "ce_recipient": "Address of whom it is said to; of the owner, on the catalogue.",
    "ce_sequence": "Number in its stream: twenty digits, zero padded.",
    "ce_journey": "The client's episode, over all its referrals.",
    "ce_causation": "Event or request that caused it.",
    "content-type": "JSON in UTF-8.",
    "traceparent": "W3C trace context.",
}
_NEEDS_JOURNEY = "referral.requested"


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
    pattern = f"(?:programme|capacity):{_ID}" if family is Family.CATALOGUE else UUID_TEXT.pattern
    return {"type": "string", "pattern": f"^{pattern}$", "description": "The record key."}


def _header(name: str, event: EventType) -> dict[str, object]:
    values = {
        "ce_specversion": SPECVERSION,
        "ce_type": event.type,
        "ce_dataschema": event.dataschema,
    }
    if name in values:
        return {"type": "string", "const": values[name]}
    if name in {"ce_subject", "ce_partitionkey"}:
        return key_schema(event.family)
    return {"type": "string", "pattern": f"^(?:{PATTERNS[name]})$", "description": _DESCRIPTIONS[name]}
