"""The envelope, held to the cloudevents package as the oracle; headers of strangers never crash it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from ieum_contracts import envelope
from ieum_contracts import header_values as header
from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.envelope import NAMES, SEQUENCE_MAX, Envelope, EnvelopeError
from ieum_contracts.topics import HEADER_BYTES_MAX, HEADERS_MAX
from tests.contracts.golden import CONTRACTS, headers_of, read

IDS = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)
ADDRESSES = st.builds(Address, IDS, IDS)
PRINTABLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200)
YEARS = datetime(2020, 1, 1), datetime(2099, 12, 31)  # noqa: DTZ001 - hypothesis wants them so
EVENTS = st.sampled_from(sorted(EVENT_TYPES))
ENVELOPES = st.builds(
    lambda event, **rest: Envelope(type=event, dataschema=EVENT_TYPES[event].dataschema, **rest),
    EVENTS,
    id=st.uuids(),
    source=ADDRESSES,
    time=st.datetimes(*YEARS, timezones=st.just(UTC)),
    subject=PRINTABLE,
    recipient=ADDRESSES,
    sequence=st.none() | st.integers(1, SEQUENCE_MAX),
    journey=st.none() | st.uuids(),
    causation=st.none() | PRINTABLE,
    traceparent=st.none()
    | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", fullmatch=True).map(
        header.passed_on
    ),
)
GOOD = headers_of(read(CONTRACTS / "examples" / "referral.requested.v1.json"))


def attributes(envelope_: Envelope) -> dict[str, Any]:
    """Name an envelope's attributes as CloudEvents does; a trace parent is a header beside them."""
    sequence = None if envelope_.sequence is None else f"{envelope_.sequence:020d}"
    named = {
        "specversion": "1.0",
        "id": str(envelope_.id),
        "source": str(envelope_.source),
        "type": envelope_.type,
        "time": envelope_.time,
        "subject": envelope_.subject,
        "partitionkey": envelope_.subject,
        "recipient": str(envelope_.recipient),
        "sequence": sequence,
        "journey": None if envelope_.journey is None else str(envelope_.journey),
        "causation": envelope_.causation,
        "dataschema": envelope_.dataschema,
        "datacontenttype": "application/json",
    }
    return {name: value for name, value in named.items() if value is not None}


@given(ENVELOPES)
def test_cloudevents_reads_what_we_write(written: Envelope) -> None:
    headers = {name: value for name, value in envelope.write(written) if name != "traceparent"}
    heard = from_binary(KafkaMessage(headers, written.subject.encode(), b"{}"), JSONFormat())
    assert heard.get_attributes() == attributes(written)


@given(ENVELOPES)
def test_we_read_what_cloudevents_writes(written: Envelope) -> None:
    message = to_binary(CloudEvent(attributes(written), {}), JSONFormat())
    headers: list[tuple[str, bytes | None]] = list(message.headers.items())
    if written.traceparent is not None:
        headers.append(("traceparent", written.traceparent.encode()))
    assert envelope.read(headers) == written


@given(ENVELOPES)
def test_an_envelope_comes_back_from_headers_and_from_canonical_bytes(written: Envelope) -> None:
    headers = envelope.write(written)
    assert envelope.read(headers) == written
    assert envelope.from_canonical(envelope.canonical(headers)) == headers
    assert envelope.canonical([*reversed(headers), ("x", b"y")]) == envelope.canonical(headers)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(NAMES) | st.text(max_size=20),
            st.none() | st.binary(max_size=2000) | st.text(max_size=60).map(str.encode),
        ),
        max_size=40,
    )
)
def test_garbage_is_rejected_and_never_crashes(headers: list[tuple[str, bytes | None]]) -> None:
    with pytest.raises(EnvelopeError, match=r"^(envelope|place)\."):
        envelope.read(headers)


@given(st.sampled_from(NAMES), st.none() | st.binary(max_size=100))
def test_one_broken_header_is_rejected_or_passed_over(name: str, value: bytes | None) -> None:
    try:
        envelope.read([(each, value if each == name else good) for each, good in GOOD])
    except EnvelopeError as error:
        assert error.reason.startswith(("envelope.", "place."))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ce_specversion", b"0.3", "envelope.specversion"),
        ("ce_id", b"0198C0DE-0000-7000-8000-00000000000A", "envelope.header-invalid"),
        ("ce_id", b"{0198c0de-0000-7000-8000-00000000000a}", "envelope.header-invalid"),
        ("ce_source", b"yangju/employment-center", "envelope.header-invalid"),
        ("ce_source", b"/yangju/" + b"a" * 41, "envelope.header-invalid"),
        ("ce_type", b"referral.requested", "envelope.header-invalid"),
        ("ce_time", b"2026-07-01T00:00:00+09:00", "envelope.header-invalid"),
        ("ce_time", b"2026-02-30T00:00:00Z", "envelope.header-invalid"),
        ("ce_subject", b"another", "place.key"),
        ("ce_recipient", b"/yangju/", "envelope.header-invalid"),
        ("ce_sequence", b"1", "envelope.header-invalid"),
        ("ce_sequence", b"0" * 20, "envelope.header-invalid"),
        ("ce_sequence", b"0" * 20 + b"1", "envelope.header-invalid"),
        ("ce_sequence", b"%020d" % (SEQUENCE_MAX + 1), "envelope.header-invalid"),
        ("ce_sequence", ("\u0660" * 19 + "\u0661").encode(), "envelope.header-invalid"),
        ("ce_dataschema", b"urn:ieum:referral.requested", "envelope.header-invalid"),
        ("ce_type", b"\xff\xfe", "envelope.header-not-text"),
        ("ce_causation", b"x" * (HEADER_BYTES_MAX + 1), "envelope.header-too-large"),
        ("ce_causation", b"desk:900101-1000006", "envelope.header-invalid"),
        ("ce_id", None, "envelope.header-missing"),
    ],
)
def test_a_wrong_header_has_its_reason(name: str, value: bytes | None, reason: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        envelope.read([(each, value if each == name else good) for each, good in GOOD])
    assert caught.value.reason == reason
    assert caught.value.header in {name, "ce_partitionkey"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in envelope.OPTIONAL])
def test_a_missing_header_has_its_reason(name: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        envelope.read([each for each in GOOD if each[0] != name])
    assert (caught.value.reason, caught.value.header) == ("envelope.header-missing", name)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([*GOOD, GOOD[1]], "envelope.header-repeated"),
        ([*GOOD, *[("x", b"")] * HEADERS_MAX], "envelope.headers-too-many"),
        ([*GOOD, *[("x", b"y" * 1000)] * 8], "envelope.headers-too-large"),
        ([*GOOD, ("가" * 2700, b"")], "envelope.headers-too-large"),
        ([("content-type", b"application/cloudevents+json")], "envelope.structured-mode"),
        ([], "envelope.header-missing"),
    ],
)
def test_wrong_headers_together_have_their_reason(headers: list[tuple[str, bytes]], reason: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        envelope.read(headers)
    assert caught.value.reason == reason


def test_another_value_or_another_header_gives_another_digest() -> None:
    canonical = envelope.canonical(GOOD)
    moved = envelope.canonical([(name, value) for name, value in GOOD if name != "ce_journey"])
    assert (
        len(
            {envelope.digest(canonical, b"a"), envelope.digest(canonical, b"b"), envelope.digest(moved, b"a")}
        )
        == 3
    )


def test_a_local_time_is_written_in_utc() -> None:
    seoul = datetime.fromisoformat("2026-07-01T09:00:00+09:00")
    written = Envelope(
        UUID(int=1), Address("a", "b"), "x.y.v1", seoul, "s", Address("a", "c"), "urn:ieum:x.y:1.0"
    )
    assert dict(envelope.write(written))["ce_time"] == b"2026-07-01T00:00:00.000000Z"
