"""CloudEvents 1.0 in Kafka's binary mode: an event's attributes as record headers, and back."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ieum_contracts.address import Address
from ieum_contracts.topics import HEADER_BYTES_MAX, HEADERS_BYTES_MAX, HEADERS_MAX

SPECVERSION = "1.0"
CONTENT_TYPE = "application/json"
SEQUENCE_MAX = 2**53
SUBJECT_CHARACTERS_MAX = 120

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
_OPTIONAL = frozenset({"ce_sequence", "ce_journey", "ce_causation", "traceparent"})
_ABSENT = b"\xff\xff\xff\xff"

_TYPE = re.compile(r"[a-z][a-z-]*(?:\.[a-z][a-z-]*)+\.v[1-9][0-9]{0,3}")
_SEQUENCE = re.compile(r"[0-9]{20}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z")
_DATASCHEMA = re.compile(r"urn:ieum:([a-z][a-z.-]*):([1-9][0-9]{0,3})\.([0-9]{1,4})")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_PRINTABLE = re.compile(r"[!-~]{1,200}")


class EnvelopeError(ValueError):
    """Headers that are no envelope; `reason` is a code of the table of fates, never the header's text."""

    def __init__(self, reason: str, header: str) -> None:
        super().__init__(f"{reason}: {header}")
        self.reason = reason
        self.header = header


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
        _write_time(envelope.time),
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
    for name in NAMES:
        if name not in texts and name not in _OPTIONAL:
            raise EnvelopeError("envelope.header-missing", name)
    if texts["ce_partitionkey"] != texts["ce_subject"]:
        raise EnvelopeError("place.key", "ce_partitionkey")
    journey = texts.get("ce_journey")
    return Envelope(
        id=_uuid(texts["ce_id"], "ce_id"),
        source=_address(texts["ce_source"], "ce_source"),
        type=_matching(_TYPE, texts["ce_type"], "ce_type"),
        time=_time(texts["ce_time"]),
        subject=_matching(_PRINTABLE, texts["ce_subject"], "ce_subject"),
        recipient=_address(texts["ce_recipient"], "ce_recipient"),
        dataschema=_matching(_DATASCHEMA, texts["ce_dataschema"], "ce_dataschema"),
        sequence=_sequence(texts.get("ce_sequence")),
        journey=None if journey is None else _uuid(journey, "ce_journey"),
        causation=_matching(_PRINTABLE, texts["ce_causation"], "ce_causation")
        if "ce_causation" in texts
        else None,
        traceparent=_traceparent(texts.get("traceparent")),
    )


def schema_version(dataschema: str) -> tuple[int, int]:
    """Read (major, minor) from `urn:ieum:referral.requested:1.3`; raises ValueError on another form."""
    match = _DATASCHEMA.fullmatch(dataschema)
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
    if sum(len(name) + len(value or b"") for name, value in headers) > HEADERS_BYTES_MAX:
        raise EnvelopeError("envelope.headers-too-large", "*")
    texts: dict[str, str] = {}
    for name, value in headers:
        if name not in NAMES:
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


def _write_time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _time(text: str) -> datetime:
    _matching(_TIME, text, "ce_time")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise EnvelopeError("envelope.header-invalid", "ce_time") from None


def _sequence(text: str | None) -> int | None:
    if text is None:
        return None
    sequence = int(_matching(_SEQUENCE, text, "ce_sequence"))
    if not 1 <= sequence <= SEQUENCE_MAX:
        raise EnvelopeError("envelope.header-invalid", "ce_sequence")
    return sequence


def _uuid(text: str, header: str) -> UUID:
    try:
        value = UUID(text)
    except ValueError:
        raise EnvelopeError("envelope.header-invalid", header) from None
    if str(value) != text:
        raise EnvelopeError("envelope.header-invalid", header)
    return value


def _address(text: str, header: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError:
        raise EnvelopeError("envelope.header-invalid", header) from None


def _traceparent(text: str | None) -> str | None:
    return text if text is not None and _TRACEPARENT.fullmatch(text) else None


def _matching(pattern: re.Pattern[str], text: str, header: str) -> str:
    if pattern.fullmatch(text) is None:
        raise EnvelopeError("envelope.header-invalid", header)
    return text
