"""CloudEvents 1.0 in Kafka's binary mode: an event's attributes as record headers, and back."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ieum_contracts import header_values as header
from ieum_contracts.address import Address
from ieum_contracts.header_values import SEQUENCE_MAX, EnvelopeError
from ieum_contracts.topics import HEADER_BYTES_MAX, HEADERS_BYTES_MAX, HEADERS_MAX

__all__ = [
    "CONTENT_TYPE",
    "NAMES",
    "OPTIONAL",
    "SEQUENCE_MAX",
    "SPECVERSION",
    "Envelope",
    "EnvelopeError",
    "canonical",
    "digest",
    "from_canonical",
    "read",
    "schema_version",
    "write",
]

SPECVERSION = "1.0"
CONTENT_TYPE = "application/json"

NAMES = (
    "ce_specversion",
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_time",
    "ce_subject",
    "ce_partitionkey",
    "ce_recipient",
    "ce_sequence",
    "ce_journey",
    "ce_causation",
    "ce_dataschema",
    "content-type",
    "traceparent",
)
"""The headers that count on wire version 0, in the order in which they are hashed; others are ignored."""
OPTIONAL = frozenset({"ce_sequence", "ce_journey", "ce_causation", "traceparent"})
_COUNTED = frozenset(NAMES)
_REQUIRED = _COUNTED - OPTIONAL
_ABSENT = b"\xff\xff\xff\xff"


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of one event. `sequence`, `journey` are absent where a family is not numbered."""

    id: UUID
    source: Address
    type: str
    time: datetime
    subject: str
    recipient: Address
    dataschema: str
    sequence: int | None = None
    journey: UUID | None = None
    causation: str | None = None
    traceparent: str | None = None


def write(envelope: Envelope) -> list[tuple[str, bytes]]:
    """Render an envelope as Kafka headers, in the fixed order, absent ones left out."""
    sequence = None if envelope.sequence is None else f"{envelope.sequence:020d}"
    texts = (
        SPECVERSION,
        str(envelope.id),
        str(envelope.source),
        envelope.type,
        header.write_time(envelope.time),
        envelope.subject,
        envelope.subject,
        str(envelope.recipient),
        sequence,
        None if envelope.journey is None else str(envelope.journey),
        envelope.causation,
        envelope.dataschema,
        CONTENT_TYPE,
        envelope.traceparent,
    )
    return [(name, text.encode()) for name, text in zip(NAMES, texts, strict=True) if text is not None]


def read(headers: Sequence[tuple[str, bytes | None]]) -> Envelope:
    """Read an envelope from Kafka headers; raises EnvelopeError for what is none of this wire version."""
    texts = _texts(headers)
    if "ce_specversion" not in texts and texts.get("content-type", "").startswith("application/cloudevents"):
        raise EnvelopeError("envelope.structured-mode", "content-type")
    if not texts.keys() >= _REQUIRED:
        missing = next(name for name in NAMES if name in _REQUIRED and name not in texts)
        raise EnvelopeError("envelope.header-missing", missing)
    if texts["ce_partitionkey"] != texts["ce_subject"]:
        raise EnvelopeError("place.key", "ce_partitionkey")
    header.matching(header.CONTENT_TYPE, texts["content-type"], "content-type")
    journey = texts.get("ce_journey")
    return Envelope(
        id=header.uuid(texts["ce_id"], "ce_id"),
        source=header.address(texts["ce_source"], "ce_source"),
        type=header.matching(header.TYPE, texts["ce_type"], "ce_type"),
        time=header.time(texts["ce_time"]),
        subject=header.matching(header.PRINTABLE, texts["ce_subject"], "ce_subject"),
        recipient=header.address(texts["ce_recipient"], "ce_recipient"),
        dataschema=header.matching(header.DATASCHEMA, texts["ce_dataschema"], "ce_dataschema"),
        sequence=header.sequence(texts.get("ce_sequence")),
        journey=None if journey is None else header.uuid(journey, "ce_journey"),
        causation=header.causation(texts.get("ce_causation")),
        traceparent=header.traceparent(texts.get("traceparent")),
    )


def schema_version(dataschema: str) -> tuple[int, int]:
    """Read (major, minor) from `urn:ieum:referral.requested:1.3`; raises ValueError on another form."""
    match = header.DATASCHEMA.fullmatch(dataschema)
    if match is None:
        raise ValueError("A data schema has the form urn:ieum:<event>:<major>.<minor>.")
    return int(match[2]), int(match[3])


def canonical(headers: Iterable[tuple[str, bytes | None]]) -> bytes:
    """Join the headers that count, in the fixed order: four bytes of length (big endian), then the value.

    An absent header is written as the length 0xffffffff. This is what is hashed (and later signed and kept).
    """
    values: Mapping[str, bytes | None] = dict(headers)
    parts: list[bytes] = []
    for name in NAMES:
        value = values.get(name)
        parts.append(_ABSENT if value is None else len(value).to_bytes(4) + value)
    return b"".join(parts)


def from_canonical(data: bytes) -> list[tuple[str, bytes]]:
    """Give back the headers from which `canonical` made these bytes."""
    headers: list[tuple[str, bytes]] = []
    at = 0
    for name in NAMES:
        length = data[at : at + 4]
        at += 4
        if length != _ABSENT:
            end = at + int.from_bytes(length)
            headers.append((name, data[at:end]))
            at = end
    return headers


def digest(canonical_headers: bytes, body: bytes) -> bytes:
    """SHA-256 over the canonical headers followed by the SHA-256 of the body (32 bytes)."""
    return hashlib.sha256(canonical_headers + hashlib.sha256(body).digest()).digest()


def _texts(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    if len(headers) > HEADERS_MAX:
        raise EnvelopeError("envelope.headers-too-many", "*")
    texts: dict[str, str] = {}
    size = 0
    for name, value in headers:
        size += len(name.encode()) + len(value or b"")
        if size > HEADERS_BYTES_MAX:
            raise EnvelopeError("envelope.headers-too-large", "*")
        if name not in _COUNTED:
            continue
        if name in texts:
            raise EnvelopeError("envelope.header-repeated", name)
        if value is None:
            raise EnvelopeError("envelope.header-missing", name)
        if len(value) > HEADER_BYTES_MAX:
            raise EnvelopeError("envelope.header-too-large", name)
        try:
            texts[name] = value.decode()
        except UnicodeDecodeError:
            raise EnvelopeError("envelope.header-not-text", name) from None
    if texts.get("ce_specversion", SPECVERSION) != SPECVERSION:
        raise EnvelopeError("envelope.specversion", "ce_specversion")
    return texts
