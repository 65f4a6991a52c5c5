"""The scanner for unique identifiers agrees with the published vectors, and never takes long."""

import time
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieum_contracts import identifier_scan
from ieum_contracts.body import holds_identifier
from ieum_contracts.client import SealedNote
from ieum_contracts.codes import Reason
from ieum_contracts.decisions import ReferralFailed
from ieum_contracts.identifier_scan import Identifier, contains_identifier, identifier_in, places
from ieum_contracts.topics import BODY_BYTES_MAX
from tests.contracts.golden import CONTRACTS, read

VECTORS = read(CONTRACTS / "vectors" / "identifiers.json")
WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
SHAPES = [(), (6,), (2, 4, 6), (6, 7), (2, 4, 6, 7), tuple(range(1, 13)), (1, 6), (6, 9)]
SEPARATORS = [" ", "-", ".", " - ", "/", "\u200b", "\u2013", "\u3000", "\n"]


@pytest.mark.parametrize("vector", VECTORS["hits"], ids=lambda vector: vector["why"])
def test_a_hit_is_found(vector: dict[str, Any]) -> None:
    assert identifier_in(vector["text"]) == vector["kind"]


@pytest.mark.parametrize("vector", VECTORS["non_hits"], ids=lambda vector: vector["why"])
def test_a_non_hit_is_left_alone(vector: dict[str, Any]) -> None:
    assert identifier_in(vector["text"]) is None


@given(
    st.dates(date(1900, 1, 1), date(2039, 12, 31)),
    st.integers(0, 999).map(lambda number: number * 100 + 11),
    st.tuples(st.sampled_from(SEPARATORS), st.sampled_from(SHAPES)).map(
        lambda drawn: [drawn[0] if number in drawn[1] else "" for number in range(1, 13)]
    ),
    st.sampled_from([0x30, 0xFF10, 0x660, 0x6F0, 0x966]),
    st.text(st.characters(categories=["Lo", "Ll"], exclude_characters="0123456789"), max_size=10),
)
def test_no_disguise_hides_a_registration_number(
    born: date, serial: int, between: list[str], zero: int, around: str
) -> None:
    century = "1" if born.year < 2000 else "3"
    twelve = f"{born:%y%m%d}{century}{serial:05d}"
    check = (11 - sum(int(digit) * weight for digit, weight in zip(twelve, WEIGHTS, strict=True)) % 11) % 10
    digits = [chr(zero + int(digit)) for digit in f"{twelve}{check}"]
    written = "".join(digit + separator for digit, separator in zip(digits, [*between, ""], strict=True))
    assert identifier_in(around + written + around) is Identifier.RESIDENT_REGISTRATION


@pytest.mark.parametrize(
    "piece", ["1 ", "1", "1-", "900101 ", "11-12-", "m1234", "9001012 ", "\u200b1", "가1 "]
)
def test_a_text_made_to_be_slow_is_not(piece: str) -> None:
    text = (piece * BODY_BYTES_MAX)[: BODY_BYTES_MAX // 2]
    started = time.thread_time()
    contains_identifier(text)
    assert time.thread_time() - started < 3


@pytest.mark.parametrize(
    ("piece", "end"),
    [
        ('["1"],', "0"),
        ('"1 ",', "0"),
        ('{"1":"1"},', "0"),
        ('"900101",', "0"),
        ('"m",', "0"),
        ("[", "0" + "]" * 50_000),
    ],
)
def test_a_body_made_to_be_slow_is_not(piece: str, end: str) -> None:
    body = ("[" + piece * (BODY_BYTES_MAX // 2 // len(piece)) + end + "]").encode()
    started = time.thread_time()
    holds_identifier(body)
    assert time.thread_time() - started < 3


def test_the_place_is_named_and_not_what_stands_there() -> None:
    number = VECTORS["hits"][0]["text"]
    body = ReferralFailed(reason=Reason.OTHER, sealed=SealedNote(note=f"see {number}"))
    assert list(places(body)) == ["sealed.note"]
    assert list(places({"a": [{"b": number}], "c": "fine"})) == ["a.0.b"]


MARKS = ("\u0300\u0316", "\uff9e\u0316", "\u0344\u0f73\u0323")


@pytest.mark.parametrize("marks", MARKS)
def test_more_marks_than_any_script_has_are_left_out_before_they_are_ordered(marks: str) -> None:
    """To put n marks in order takes n² steps: a quarter of a megabyte of them took half a minute."""
    plain = identifier_scan._plain("a" + marks * 20_000 + "b")
    assert plain.endswith("b")
    assert len(plain) <= 2 + 4 * identifier_scan.MARKS_MAX
    assert contains_identifier("a" + marks * 1_000 + " 900101-1234568")


def test_what_has_as_many_marks_as_a_script_may_have_is_read_as_before() -> None:
    for marks in (1, identifier_scan.MARKS_MAX, identifier_scan.MARKS_MAX + 1, 200):
        split = "900101-1" + "\u0316" * marks + "234568"
        whole = unicodedata.normalize("NFKC", split)
        table = identifier_scan._UNUSUAL.sub(identifier_scan._plain_character, whole)
        assert contains_identifier(split) == (identifier_scan._find(table) is not None)
