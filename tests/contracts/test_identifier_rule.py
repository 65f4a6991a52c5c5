"""The published rule is enough to build the scanner again, finds disguises, spares what people write."""

import json
import random
import unicodedata
from typing import Any

import pytest

from ieum_contracts.body import holds_identifier
from ieum_contracts.identifier_scan import identifier_in, places
from tests.contracts.golden import CONTRACTS, read
from tests.contracts.identifier_interpreter import body_holds, kind_in
from tests.contracts.identifier_texts import GAPS, day, day_and_sum, disguised, other, texts

VECTORS = read(CONTRACTS / "vectors" / "identifiers.json")
NUMBER = "9001011000006"
BETWEEN: list[list[Any]] = [
    [],
    ["1990-01-01"],
    ["stated"],
    [5],
    [True, None],
    ["0198c0de-" * 4],
    ["가"],
    ["ab" * 16],
]


def test_a_scanner_written_from_the_published_rule_agrees_on_six_thousand_texts() -> None:
    drawn = list(texts(6_000))
    found = [identifier_in(text) for text in drawn]
    assert [text for text, kind in zip(drawn, found, strict=True) if kind_in(text) != kind] == []
    assert 1_500 < sum(kind is not None for kind in found) < 4_500


OPAQUE = (
    "0198c0de-0000-7000-8000-000000000001",
    "2026-07-01T10:00:00Z",
    "2026-07-01",
    "0123456789abcdef" * 2,
)


@pytest.mark.parametrize("opaque", OPAQUE)
@pytest.mark.parametrize("number", ["M12345678", "11-22-333333-44", NUMBER])
@pytest.mark.parametrize("between", ["-", " ", "", "/"])
def test_it_agrees_on_a_number_beside_what_is_opaque(number: str, between: str, opaque: str) -> None:
    for text in (f"{number}{between}{opaque}", f"{opaque}{between}{number}"):
        assert identifier_in(text) == kind_in(text), text
    assert identifier_in(f"M12345678-{OPAQUE[0]}") == "passport"


def test_it_agrees_on_every_vector() -> None:
    assert [each for each in VECTORS["hits"] if kind_in(each["text"]) != each["kind"]] == []
    assert [each for each in VECTORS["non_hits"] if kind_in(each["text"]) is not None] == []


def test_it_agrees_on_bodies_in_which_a_number_is_split() -> None:
    chance = random.Random(9)
    hits = 0
    for _ in range(1_500):
        text = chance.choice([disguised, day_and_sum, other])(chance)
        cut = chance.randrange(len(text) + 1)
        between = chance.choice(BETWEEN)
        value = chance.choice(
            [
                [text[:cut], *between, text[cut:]],
                {"name": text[:cut], "more": between, "address": text[cut:]},
                {"a": {"b": [text[:cut]]}, "c": between, text[cut:]: "x"},
            ]
        )
        written = json.dumps(value, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 1]))
        assert holds_identifier(written.encode()) is body_holds(written), written
        hits += body_holds(written)
    assert 100 < hits < 1_200


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: " ".join(f"{ord(each):04X}" for each in gap))
def test_every_gap_is_seen_through(gap: str) -> None:
    assert identifier_in(NUMBER[:6] + gap + NUMBER[6:]) == "resident-registration"
    assert identifier_in(gap.join(NUMBER)) == "resident-registration"


def test_digits_of_every_script_are_read() -> None:
    for point in range(0x80, 0x20000):
        if unicodedata.decimal(chr(point), None) == 0:
            written = "".join(chr(point + int(digit)) for digit in NUMBER)
            assert identifier_in(written) == "resident-registration", hex(point)


def share(count: int, write: object, chance: random.Random) -> float:
    """Tell what share of texts made by chance is taken for an identifier."""
    assert callable(write)
    return sum(identifier_in(write(chance)) is not None for _ in range(count)) / count


def test_few_of_the_things_that_people_write_are_taken_for_a_number() -> None:
    chance = random.Random(10)
    assert share(5_000, day_and_sum, chance) == 0
    bare = share(5_000, lambda c: f"{day(c, 2015, 2030):%y%m%d} {c.randrange(10**6, 10**7)}", chance)
    assert bare < 0.15  # neither a unit nor whole thousands: the check digit alone decides
    assert share(5_000, lambda c: f"010-{c.randrange(9999):04d}-{c.randrange(9999):04d} 09시", chance) == 0
    assert share(5_000, lambda c: f"1002-{c.randrange(100, 999)}-{c.randrange(10**5, 10**6)}", chance) == 0
    assert share(5_000, lambda c: str(c.randrange(10**12, 10**13)), chance) < 0.01


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"client": {"name": "가 900101", "address": "1000006"}}, ["client.name", "client.address"]),
        ({"name": "가 900101", "birth_date": "1990-01-01", "address": "1000006"}, ["name", "address"]),
        ({"a": "900101", "b": "ab" * 16, "c": "1000006"}, ["a", "c"]),
        ({"list": ["900101-", "1000006 나"]}, ["list.0", "list.1"]),
        ({"list": ["9", "00101", "1000006"]}, ["list.0", "list.1", "list.2"]),
        ({"a": "M", "b": "00000001"}, ["a", "b"]),
        ({"a": "서울", "b": "00-000000-00"}, ["a", "b"]),
        ({"a": "900101 가", "b": "1000006"}, []),
        ({"a": "900101", "b": "stated", "c": "1000006"}, []),
        ({"a": 900101, "b": 1000006}, []),
        ({"a": "251224", "b": "3500000"}, []),
        ({"a": 9001011000006}, ["a"]),
        ({"a": "x", "9001011000006": 1}, [""]),
    ],
)
def test_a_number_split_over_fields_names_them_all(body: object, fields: list[str]) -> None:
    assert holds_identifier(json.dumps(body).encode()) is bool(fields)
    assert list(places(body)) == fields


def test_of_two_members_with_one_name_both_are_read() -> None:
    assert holds_identifier(b'{"a":"900101-1000006","a":"x"}')
    assert holds_identifier(b'{"a":"900101","a":"1000006"}')


@pytest.mark.parametrize("vector", VECTORS["bodies"], ids=lambda vector: vector["why"])
def test_a_body_is_judged_as_its_vector_says(vector: dict[str, Any]) -> None:
    written = json.dumps(vector["body"], ensure_ascii=False)
    assert holds_identifier(written.encode()) is vector["holds"] is body_holds(written)
