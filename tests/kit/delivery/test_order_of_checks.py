"""A record that is wrong in several ways meets the reason that the agreement names first."""

import re
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from asyncpg import Connection

from ieum import casework
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.receiving.dispositions import FATES
from ieum.delivery.records.received import UnverifiedRecord, VerifiedEvent
from ieum.delivery.records.verification import classify, verify
from ieum.delivery.streams.peers import Peers
from ieum_contracts.address import Address
from ieum_contracts.catalogue import Invalid, NotUnderstood
from ieum_contracts.referral import ReferralAmended
from ieum_contracts.topics import BODY_BYTES_MAX, MAILBOX_PARTITIONS
from tests.contracts.golden import CONTRACTS
from tests.kit.delivery.wire import Raw, event

ME, PEER = Address("yangju", "alpha"), Address("yangju", "beta")
UNSPOKEN = {"sequence.gap", "stream.waiting", "sequence.duplicate"}
UNKNOWN = "place.source-unknown"
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


class Nobody:
    """A centre that has no agency but mine."""

    async def strangers(self, addresses: Collection[Address]) -> Collection[Address]:
        return addresses


class NoDatabase:
    """To classify a record needs no database."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        raise AssertionError("The database was asked.")


CONTEXT = DeliveryContext(ME, NoDatabase(), Peers(), lambda: datetime.now(UTC), agencies=Nobody())


@pytest.mark.parametrize("at", range(len(PLACE)), ids=lambda at: f"{at}-{PLACE[at][0]}")
async def test_any_other_fault_of_the_place_comes_before_a_source_that_is_unknown(at: int) -> None:
    found = await classify([PLACE[at][1](good())], CONTEXT)  # type: ignore[list-item]
    assert [each.reason for each in found.misplaced] == [PLACE[at][0]]


@pytest.mark.parametrize("body", [body for _, body, _ in BODY], ids=[each[0] for each in BODY])
async def test_a_source_that_is_unknown_comes_before_the_content(body: bytes) -> None:
    found = await classify([good().saying(body)], CONTEXT)  # type: ignore[list-item]
    assert [each.reason for each in found.misplaced] == [UNKNOWN]


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
    expected = [*(reason for reason, _ in PLACE), UNKNOWN, *(reason for reason, *_ in BODY)]
    left = iter(named)
    assert [reason for reason in expected if reason not in left] == []


def test_the_agreement_names_every_code_that_a_peer_may_hear() -> None:
    readme = (CONTRACTS / "README.md").read_text(encoding="utf-8")
    sources = (Path(casework.__file__).parent).glob("*.py")
    texts = [source.read_text(encoding="utf-8") for source in sources]
    refused = {code for text in texts for code in re.findall(r'RefusedEvent\("([a-z-]+)"\)', text)}
    assert refused >= {"case-of-another-journey", "ask-waits-already"}
    spoken = {code for code in FATES if code not in UNSPOKEN and not code.startswith("envelope.")}
    assert [code for code in sorted(spoken | refused) if f"`{code}`" not in readme] == []
