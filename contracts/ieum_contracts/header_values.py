"""One header at a time: from its untrusted text to a value, or to a clear rejection."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from ieum_contracts.address import Address
from ieum_contracts.identifier_scan import contains_identifier

SEQUENCE_MAX = 2**53
ADDRESSES_MAX = 1024
"""Addresses remembered: some more than a centre has agencies."""

TYPE = re.compile(r"(?=.{1,80}$)[a-z][a-z-]*(?:\.[a-z][a-z-]*)+\.v[1-9][0-9]{0,3}")
DATASCHEMA = re.compile(r"urn:ieum:([a-z][a-z.-]*):([1-9][0-9]{0,3})\.([0-9]{1,4})")
PRINTABLE = re.compile(r"[!-~]{1,200}")
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEQUENCE = re.compile(r"(?!0{20})[0-9]{20}")
TIME = re.compile(r"20[2-9][0-9]-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,6})?Z")
"""From 2020 to 2099: what is said at another time was said by a clock that is wrong."""
CONTENT_TYPE = re.compile(
    r"[Aa][Pp][Pp][Ll][Ii][Cc][Aa][Tt][Ii][Oo][Nn]/[Jj][Ss][Oo][Nn]"
    r'(?: *; *[Cc][Hh][Aa][Rr][Ss][Ee][Tt]=(?:[Uu][Tt][Ff]-8|"[Uu][Tt][Ff]-8"))?'
)
TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_ADDRESS = r"/(?=[^/]{1,40}/[^/]{1,40}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*/[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
PATTERNS: Mapping[str, str] = {
    "ce_specversion": r"1\.0",
    "ce_id": UUID_TEXT.pattern,
    "ce_source": _ADDRESS,
    "ce_type": TYPE.pattern,
    "ce_time": TIME.pattern,
    "ce_subject": PRINTABLE.pattern,
    "ce_partitionkey": PRINTABLE.pattern,
    "ce_recipient": _ADDRESS,
    "ce_sequence": SEQUENCE.pattern,
    "ce_journey": UUID_TEXT.pattern,
    "ce_causation": PRINTABLE.pattern,
    "ce_dataschema": DATASCHEMA.pattern,
    "content-type": CONTENT_TYPE.pattern,
    "traceparent": TRACEPARENT.pattern,
}
"""The form of each header that counts, as it is published."""


class EnvelopeError(ValueError):
    """Headers that are no envelope; `reason` is a code of the table of fates, never the header's text."""

    def __init__(self, reason: str, header: str) -> None:
        super().__init__(f"{reason}: {header}")
        self.reason = reason
        self.header = header


def write_time(moment: datetime) -> str:
    """Write a time as RFC 3339 in UTC with six decimals."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def time(text: str) -> datetime:
    """Read a time; raises EnvelopeError for another form, or one that is not UTC."""
    matching(TIME, text, "ce_time")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise EnvelopeError("envelope.header-invalid", "ce_time") from None


def sequence(text: str | None) -> int | None:
    """Read twenty digits, 1 to 2^53; absent stays absent."""
    if text is None:
        return None
    number = int(matching(SEQUENCE, text, "ce_sequence"))
    if not 1 <= number <= SEQUENCE_MAX:
        raise EnvelopeError("envelope.header-invalid", "ce_sequence")
    return number


def uuid(text: str, header: str) -> UUID:
    """Read an id in its canonical lower-case form."""
    return UUID(int=int(matching(UUID_TEXT, text, header).replace("-", ""), 16))


def address(text: str, header: str) -> Address:
    """Read an agency's address."""
    try:
        return _address(text)
    except ValueError:
        raise EnvelopeError("envelope.header-invalid", header) from None


_address = lru_cache(ADDRESSES_MAX)(Address.parse)


def causation(text: str | None) -> str | None:
    """Read what caused an event: a text that is kept and shown, so that it may hold no identifier.

    Most often it is an event's id, which is opaque to the rule of identifiers.
    """
    if text is None or UUID_TEXT.fullmatch(text):
        return text
    if contains_identifier(matching(PRINTABLE, text, "ce_causation")):
        raise EnvelopeError("envelope.header-invalid", "ce_causation")
    return text


def traceparent(text: str | None) -> str | None:
    """Read a trace parent; one that happens to look like an identifier is accepted, and not passed on."""
    return None if text is None else passed_on(matching(TRACEPARENT, text, "traceparent"))


def passed_on(trace: str) -> str | None:
    """Give a trace parent that may travel on: of W3C's form, and nothing in it is taken for an identifier."""
    return None if TRACEPARENT.fullmatch(trace) is None or contains_identifier(trace) else trace


def matching(pattern: re.Pattern[str], text: str, header: str) -> str:
    """Give back a text that has the form that its header must have."""
    if pattern.fullmatch(text) is None:
        raise EnvelopeError("envelope.header-invalid", header)
    return text
