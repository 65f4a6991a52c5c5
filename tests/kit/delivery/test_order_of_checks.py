"""A record that is wrong in several ways meets the reason that the agreement names first."""

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from ieum.delivery.records.received import UnverifiedRecord, VerifiedEvent
from ieum.delivery.records.verification import verify
from ieum_contracts.address import Address
from ieum_contracts.catalogue import Invalid, NotUnderstood
from ieum_contracts.referral import ReferralAmended
from ieum_contracts.topics import BODY_BYTES_MAX, MAILBOX_PARTITIONS
from tests.contracts.golden import CONTRACTS
from tests.kit.delivery.wire import Raw, event

ME, PEER = Address("yangju", "alpha"), Address("yangju", "beta")
IDENTIFIER = "900101-1234568"
Spoil = Callable[[Raw], Raw]
PLACE: tuple[tuple[str, Spoil], ...] = (
    ("envelope.headers-too-many", lambda raw: raw.plus(*[("x", b"1")] * 40)),
    ("envelope.specversion", lambda raw: raw.having("ce_specversion", b"0.3")),
    ("envelope.header-missing", lambda raw: raw.without("ce_dataschema")),
    ("place.key", lambda raw: raw.having("ce_partitionkey", b"other")),
    ("envelope.header-invalid", lambda raw: raw.having("ce_id", b"1")),
    ("place.source", lambda raw: raw.having("ce_source", b"/elsewhere/beta")),
    ("place.recipient", lambda raw: raw.having("ce_recipient", b"/yangju/gamma")),
    ("place.topic", lambda raw: replace(raw, topic=raw.topic.replace("referral", "eligibility"))),
    ("place.key", lambda raw: replace(raw, key=b"other")),
    ("place.partition", lambda raw: replace(raw, partition=(raw.partition + 1) % MAILBOX_PARTITIONS)),
    ("place.sequence", lambda raw: raw.without("ce_sequence")),
)
BODY: tuple[tuple[str, bytes, str], ...] = (
    ("body.too-large", f'{{"a": "{IDENTIFIER}", '.encode() + b" " * BODY_BYTES_MAX, ""),
    ("body.identifier", f'{{"a": "{IDENTIFIER}"'.encode(), "new"),
    ("type.unknown", b"{", "new"),
    ("version.unknown", b"{", "newer"),
    ("body.not-json", b'{"priority": 5', ""),
    ("body.invalid", b'{"priority": 5, "sealed": {"contact": 1}}', ""),
    ("value.unknown", b'{"priority": "tomorrow"}', ""),
)


def good() -> Raw:
    return event(PEER, ME, uuid4(), 1, ReferralAmended())


@pytest.mark.parametrize("at", range(len(PLACE)), ids=lambda at: f"{at}-{PLACE[at][0]}")
def test_the_first_fault_of_the_place_is_the_reason(at: int) -> None:
    raw = good()
    for _, spoil in PLACE[at:]:
        raw = spoil(raw)
    found = verify(raw, ME)  # type: ignore[arg-type]
    assert isinstance(found, UnverifiedRecord)
    assert found.reason == PLACE[at][0]


@pytest.mark.parametrize(("reason", "body", "kind"), BODY, ids=[each[0] for each in BODY])
def test_the_first_fault_of_the_content_is_the_reason(reason: str, body: bytes, kind: str) -> None:
    raw = good().saying(body)
    if kind == "new":
        raw = raw.having("ce_type", b"referral.new.v1")
    if kind == "newer":
        raw = raw.having("ce_dataschema", b"urn:ieum:referral.amended:1.7")
    found = verify(raw, ME)  # type: ignore[arg-type]
    assert isinstance(found, VerifiedEvent)
    assert isinstance(found.content, Invalid | NotUnderstood)
    assert found.content.reason == reason


def test_the_agreement_names_the_checks_in_this_order() -> None:
    readme = (CONTRACTS / "README.md").read_text(encoding="utf-8")
    section = readme.split("### The order of checks")[1].split("\n#")[0]
    named = re.findall(r"`((?:envelope|place|body|type|version|value)\.[a-z-]+)`", section)
    expected = [reason for reason, *_ in (*PLACE, *BODY)]
    left = iter(named)
    assert [reason for reason in expected if reason not in left] == []
