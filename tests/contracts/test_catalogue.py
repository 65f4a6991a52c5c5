"""The catalogue names every event of the agreement, and each bad body meets exactly its fate."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import field_validator

from ieum_contracts import body as bodies
from ieum_contracts.catalogue import (
    EVENT_TYPES,
    MODEL_OF_ASK,
    MODEL_OF_DECISION,
    EventType,
    Invalid,
    NotUnderstood,
    ask_of,
    decision_of,
    decode,
    encode,
    type_of,
)
from ieum_contracts.client import SealedNote
from ieum_contracts.codes import AskType, Decision, Reason
from ieum_contracts.decisions import ReferralHeld, ReferralReceived
from ieum_contracts.model import Model
from ieum_contracts.referral import ReferralRequested
from ieum_contracts.topics import BODY_BYTES_MAX
from tests.contracts.golden import CONTRACTS, read, value_of

SENDERS = (
    "referral.requested amended info-supplied cancel-requested outcome-acknowledged outcome-disputed "
    "consent.withdrawn"
)
RECIPIENTS = (
    "received info-requested waitlisted accepted declined redirected started progressed held resumed "
    "completed failed closed reopened expired cancelled withdrawn ask-rejected amendment-noted consent.erased"
)
OTHERS = {
    "referral.overdue": "referral recipient+sender",
    "eligibility.requested": "eligibility sender",
    "eligibility.assessed": "eligibility recipient",
    "eligibility.confirmed": "eligibility recipient",
    "eligibility.changed": "eligibility recipient+sender",
    "case.closed": "case-closed recipient",
    "case.followed-up": "case-closed recipient",
    "programme.published": "catalogue owner",
    "capacity.changed": "catalogue owner",
    "agency.published": "directory registrar planned",
    "key.revoked": "directory registrar planned",
    "stream.parked": "delivery agency",
    "stream.refused": "delivery agency",
    "stream.skipped": "delivery agency",
    "stream.resend-asked": "delivery agency",
    "stream.heads": "delivery agency",
    "stream.heads-asked": "delivery agency",
    "stream.heads-answered": "delivery agency",
    "agency.heartbeat": "operations agency planned",
    "stream.dead": "operations agency planned",
    "sequence.gap": "operations agency planned",
    "sequence.conflict": "operations agency planned",
    "message.quarantined": "operations agency planned",
}
MARK = "표식-4711-mark"
REQUESTED = read(CONTRACTS / "examples" / "referral.requested.v1.json")
TYPE, SCHEMA = "referral.requested.v1", "urn:ieum:referral.requested:1.0"


def line(event: EventType) -> str:
    planned = " planned" if event.model is None else ""
    return f"{event.family} {'+'.join(sorted(event.by))}{planned}"


def body(**changes: Any) -> bytes:
    return json.dumps({**REQUESTED["body"], **changes}, ensure_ascii=False).encode()


def sealed(**changes: Any) -> bytes:
    return body(sealed={**REQUESTED["body"]["sealed"], **changes})


def test_the_catalogue_is_the_one_that_was_agreed() -> None:
    def named(word: str) -> str:
        return word if "." in word else f"referral.{word}"

    expected = {named(word): "referral sender" for word in SENDERS.split()}
    expected |= {named(word): "referral recipient" for word in RECIPIENTS.split()} | OTHERS
    assert {event.name: line(event) for event in EVENT_TYPES.values()} == expected
    assert all(name == f"{event.name}.v1" for name, event in EVENT_TYPES.items())


def test_a_model_is_named_after_its_event() -> None:
    for event in EVENT_TYPES.values():
        if event.model is not None:
            words = event.name.replace(".", "-").split("-")
            assert event.model.__name__ == "".join(word.capitalize() for word in words)


def test_every_decision_and_every_ask_has_its_model() -> None:
    assert set(MODEL_OF_DECISION) == set(Decision)
    assert set(MODEL_OF_ASK) == set(AskType)
    assert all("answers" in model.model_fields for model in MODEL_OF_DECISION.values())
    assert not any("answers" in model.model_fields for model in MODEL_OF_ASK.values())
    assert decision_of(ReferralReceived()) is Decision.RECEIVED
    assert ask_of(ReferralReceived()) is None


def test_what_is_absent_is_not_written() -> None:
    assert encode(ReferralHeld(reason=Reason.OTHER)) == b'{"answers":[],"reason":"other"}'


def test_a_null_is_read_as_absent() -> None:
    said = b'{"answers":null,"reason":"other","until":null,"unknown":[null,{"x":null}]}'
    assert decode("referral.held.v1", "urn:ieum:referral.held:1.0", said) == decode(
        "referral.held.v1", "urn:ieum:referral.held:1.0", b'{"reason":"other"}'
    )
    with pytest.raises(Invalid):
        decode("referral.held.v1", "urn:ieum:referral.held:1.0", b'{"reason":null}')


def test_a_time_may_have_nanoseconds() -> None:
    said = body(answer_by="2026-07-01T09:00:00.123456789+09:00")
    heard = decode(TYPE, SCHEMA, said)
    assert isinstance(heard, ReferralRequested)
    assert heard.answer_by == datetime(2026, 7, 1, 0, 0, 0, 123456, tzinfo=UTC)


def test_a_model_that_is_no_event_has_no_type() -> None:
    with pytest.raises(KeyError):
        type_of(SealedNote(note="x"))


PARKED: list[tuple[str, str, bytes, str]] = [
    ("referral.teleported.v1", "urn:ieum:referral.teleported:1.0", b"{}", "type.unknown"),
    ("agency.heartbeat.v1", "urn:ieum:agency.heartbeat:1.0", b"{}", "type.unknown"),
    ("referral.requested.v2", "urn:ieum:referral.requested:2.0", b"{}", "version.unknown"),
    (TYPE, "urn:ieum:referral.requested:1.1", body(), "version.unknown"),
    (TYPE, "urn:ieum:referral.requested:2.0", body(), "version.unknown"),
    (TYPE, SCHEMA, body(priority="tomorrow"), "value.unknown"),
    (TYPE, SCHEMA, body(needs=["work-finding", "space-travel"], priority="tomorrow"), "value.unknown"),
]
REFUSED: list[tuple[str, str, bytes, str]] = [
    (TYPE, SCHEMA, b"", "body.not-json"),
    (TYPE, SCHEMA, b"{", "body.not-json"),
    (TYPE, SCHEMA, b"\xff\xfe", "body.not-json"),
    (TYPE, SCHEMA, b"\x00" * 10, "body.not-json"),
    (TYPE, SCHEMA, b"[" * 1000 + b"]" * 1000, "body.not-json"),
    (TYPE, SCHEMA, b"[]", "body.invalid"),
    (TYPE, SCHEMA, b"null", "body.invalid"),
    (TYPE, SCHEMA, body(programme=MARK), "body.invalid"),
    (TYPE, SCHEMA, body(priority=MARK), "body.invalid"),
    (TYPE, SCHEMA, body(priority=7), "body.invalid"),
    (TYPE, SCHEMA, body(priority="tomorrow", programme=MARK), "body.invalid"),
    (TYPE, SCHEMA, body(needs=["work-finding"] * 51), "body.invalid"),
    (TYPE, SCHEMA, body(legal_basis="ssba-16-2-referral"), "body.invalid"),
    (TYPE, SCHEMA, body(subject="employer"), "body.invalid"),
    (TYPE, SCHEMA, sealed(consent=None), "body.invalid"),
    (TYPE, SCHEMA, sealed(client=None), "body.invalid"),
    (TYPE, SCHEMA, sealed(reason_in_words="x" * 2001), "body.invalid"),
    (TYPE, SCHEMA, sealed(reason_in_words="\x00"), "body.invalid"),
    (TYPE, SCHEMA, body(answer_by="2026-07-01T09:00:00"), "body.invalid"),
    (TYPE, SCHEMA, body(answer_by=1_782_000_000), "body.invalid"),
    (TYPE, SCHEMA, body(answer_by="9999-12-31T23:59:59-14:00"), "body.invalid"),
    (TYPE, SCHEMA, body(answer_by="0001-01-01T00:00:00+14:00"), "body.invalid"),
    (TYPE, "urn:ieum:referral.amended:1.0", body(), "body.invalid"),
    (TYPE, SCHEMA, body(x="y" * BODY_BYTES_MAX), "body.too-large"),
    *((each[0], each[1], b" " * (BODY_BYTES_MAX + 1), "body.too-large") for each in PARKED),
    (TYPE, SCHEMA, sealed(reason_in_words="번호 900101-1000006"), "body.identifier"),
    (TYPE, SCHEMA, sealed(reason_in_words="번호 \uff19\uff100101\u200b1000006"), "body.identifier"),
    (TYPE, SCHEMA, sealed(reason_in_words="9001\n011000006"), "body.identifier"),
    (TYPE, SCHEMA, body(from_the_future={"note": "M00000001"}), "body.identifier"),
    (TYPE, SCHEMA, body(from_the_future={"9001011000006": 1}), "body.identifier"),
    (TYPE, SCHEMA, body(from_the_future=9001011000006), "body.identifier"),
    (TYPE, SCHEMA, b'{"a":"9001011000006",' + body(a="x")[1:], "body.identifier"),
    (TYPE, SCHEMA, b'{"a":"\\u0039001011000006",' + body()[1:], "body.identifier"),
    (TYPE, SCHEMA, b'{"a":"\\u0039001011000006","a":"x",' + body()[1:], "body.identifier"),
    (TYPE, SCHEMA, b'{"a":"\\ud835\\udfd7001011000006","a":"x",' + body()[1:], "body.identifier"),
    (TYPE, SCHEMA, b'{"a":"\\\\","b":"\\u0039001\\n011000006","b":"x",' + body()[1:], "body.identifier"),
]


@pytest.mark.parametrize(("type_", "schema", "value", "reason"), PARKED)
def test_what_a_newer_agency_may_understand_is_parked(
    type_: str, schema: str, value: bytes, reason: str
) -> None:
    with pytest.raises(NotUnderstood) as caught:
        decode(type_, schema, value)
    assert (caught.value.reason, str(caught.value)) == (reason, reason)


@pytest.mark.parametrize(("type_", "schema", "value", "reason"), REFUSED)
def test_what_nobody_will_ever_accept_is_refused(type_: str, schema: str, value: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        decode(type_, schema, value)
    assert caught.value.reason == reason
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


class Fragile(Model):
    """A body whose own code trips over a value."""

    number: int

    @field_validator("number")
    @classmethod
    def _overflows(cls, number: int) -> int:
        return int(float(number) * float("inf"))


def test_a_value_that_our_own_code_trips_over_is_parked_and_stops_no_reader() -> None:
    with pytest.raises(NotUnderstood) as caught:
        bodies.read(Fragile, b'{"number":1}')
    assert caught.value.reason == "value.unknown"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(Invalid) as caught:
        decode(TYPE, SCHEMA, sealed(contact={"phone": 5}))
    assert caught.value.fields == (
        "sealed.contact.phone: string_type",
        "sealed.contact.safe_to_call: missing",
    )
    with pytest.raises(Invalid) as caught:
        decode(TYPE, SCHEMA, sealed(reason_in_words="900101-1000006"))
    assert caught.value.fields == ("sealed.reason_in_words",)


def test_the_sender_cannot_say_what_would_be_refused() -> None:
    with pytest.raises(Invalid, match=r"body\.identifier: sealed\.note"):
        encode(ReferralHeld(reason=Reason.OTHER, sealed=SealedNote(note="M00000001")))


@pytest.mark.parametrize(
    "value",
    [
        MARK.encode(),
        json.dumps({MARK: MARK}).encode(),
        body(**dict.fromkeys(REQUESTED["body"], MARK)),
        sealed(**dict.fromkeys(REQUESTED["body"]["sealed"], MARK)),
        sealed(**{name: {MARK: MARK} for name in REQUESTED["body"]["sealed"]}),
        sealed(client={"name": [MARK]}, contact={"phone": MARK, "safe_to_call": MARK}),
        sealed(client={"name": MARK}, consent=None),
        sealed(reason_in_words=f"{MARK} 900101-1000006"),
        body(priority=MARK, needs=[MARK]),
    ],
)
def test_no_error_repeats_what_it_was_given(value: bytes, caplog: pytest.LogCaptureFixture) -> None:
    try:
        decode(TYPE, SCHEMA, value)
    except Invalid as error:
        told = [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
        with caplog.at_level(logging.DEBUG):
            logging.getLogger("test").exception("refused")
        said = "".join([*told, caplog.text, repr(error.__cause__), repr(error.__context__)])
        assert MARK not in said
        assert "mark" not in said
        assert json.dumps(MARK) not in said
    else:
        pytest.fail("The body ought to be refused.")


@given(st.sampled_from(sorted(EVENT_TYPES)), st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_garbage_never_crashes(type_: str, value: bytes) -> None:
    try:
        assert isinstance(decode(type_, EVENT_TYPES[type_].dataschema, value), Model)
    except (Invalid, NotUnderstood) as error:
        assert error.reason


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(sorted(REQUESTED["body"]["sealed"])) | st.text(max_size=5), inner
            )
        ),
        max_leaves=20,
    )
)
def test_json_of_any_shape_never_crashes(value: object) -> None:
    for written in (json.dumps(value).encode(), body(sealed=value)):
        try:
            decode(TYPE, SCHEMA, written)
        except (Invalid, NotUnderstood) as error:
            assert error.reason


def test_an_older_minor_version_is_read() -> None:
    assert decode(TYPE, SCHEMA, value_of(REQUESTED))
