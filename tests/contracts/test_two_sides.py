"""What the published files say of headers and bodies is what the code takes: tried from both sides."""

import json
import random
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from regress import Regex

from ieum_contracts import envelope
from ieum_contracts.catalogue import EVENT_TYPES, Invalid, NotUnderstood, decode
from ieum_contracts.envelope import EnvelopeError
from ieum_contracts.schemas import schema_path
from tests.contracts.golden import CONTRACTS, EXAMPLES, headers_of, read

VALUES_TRIED = 12
TOPICS = read(CONTRACTS / "topics.json")
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 1.0, 900000.0, 1.5, 1e400, 2**53, 10**12, 10**12 + 1, -(10**12), 10**30),
    *(
        "",
        " ",
        "\u3000",
        "\u200b",
        "\u3164",
        "\u2800",
        "\u0301",
        "x",
        " x ",
        "가",
        "x" * 201,
        "x" * 2001,
        "a\nb",
    ),
    *(
        "a\x00b",
        "a\x7fb",
        "1",
        "true",
        "1350",
        "031)820-1234",
        "02-123-4567 내선 3",
        "\uff10\uff11\uff12",
        "031\u2013820-1234",
    ),
    *(
        "2026-07-01",
        "2026-7-1",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
        "1899-12-31",
        "20260701",
        "2026-W27-3",
    ),
    *("2026-07-01T00:00:00Z", "2026-07-01t00:00:00z", "2026-07-01 00:00:00Z", "2026-12-31T23:59:60Z"),
    *("2026-07-01T00:00:00+09:00", "2026-07-01T00:00:00+0900", "2026-07-01T00:00Z", "2026-07-01T24:00:00Z"),
    *(
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-07-01T00:00:00.123456789Z",
        "2026-07-01T00:00:00",
    ),
    *("0198c0de-0000-7000-8000-000000000001", "0198C0DE-0000-7000-8000-000000000001", "0198c0de00007000" * 2),
    *(
        "{0198c0de-0000-7000-8000-000000000001}",
        "urn:uuid:0198c0de-0000-7000-8000-000000000001",
        "ab" * 32,
        "AB" * 32,
    ),
    *(
        "/yangju/employment-center",
        "/yangju",
        "Employment",
        "routine",
        "ROUTINE",
        "a@b.kr",
        "a@b",
        "vi",
        "zh-CN",
        "VI",
    ),
    *(
        [],
        [None],
        [1],
        ["x"],
        {},
        {"value": None},
        {"note": " "},
        {"note": "x"},
        "x\n",
        "2026-07-01\n",
        "routine\n",
    ),
]


def _pattern(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and _ecma(pattern).find(text) is None:
        yield ValidationError(f"does not match {pattern}")


@cache
def _ecma(pattern: str) -> Regex:
    return Regex(pattern, "u")


Validator = extend(Draft202012Validator, {"pattern": _pattern})


@cache
def validator(path: str) -> Any:
    """Give the validator of one published schema, with formats asserted and patterns as in ECMAScript."""
    return Validator(read(CONTRACTS / path), format_checker=FormatChecker())


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Name each place of a document but the root."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*place, name)
        yield from places(each, (*place, name))


def changed(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Give a document with another value at one place."""
    made = deepcopy(body)
    at = made
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    return made


def taken(kind: str, body: Any) -> bool:
    """Tell whether the code takes a body; rules that JSON Schema does not say are left aside."""
    written = json.dumps(body, ensure_ascii=False).encode(errors="surrogatepass")
    try:
        decode(kind, EVENT_TYPES[kind].dataschema, written)
    except NotUnderstood:
        return False
    except Invalid as error:
        return error.reason == "body.identifier" or error.fields == ("body: value_error",)
    return True


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_schema_and_model_take_and_refuse_the_same_bodies(path: Path) -> None:
    example = read(path)
    kind = example["headers"]["ce_type"]
    schema = validator(schema_path(EVENT_TYPES[kind]))
    chance = random.Random(21)
    differ, refused = [], 0
    for place in places(example["body"]):
        for value in chance.sample(VALUES, VALUES_TRIED):
            body = changed(example["body"], place, deepcopy(value))
            valid = schema.is_valid(body)
            refused += not valid
            if valid is not taken(kind, body):
                differ.append((place, value, "schema takes it" if valid else "model takes it"))
    assert differ == []
    assert refused


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_optional_member_may_be_null_and_a_missing_one_is_missed_by_both(path: Path) -> None:
    example = read(path)
    kind = example["headers"]["ce_type"]
    schema = validator(schema_path(EVENT_TYPES[kind]))
    model = EVENT_TYPES[kind].model
    assert model is not None
    for name, field in model.model_fields.items():
        for body in (
            {**example["body"], name: None},
            {each: value for each, value in example["body"].items() if each != name},
        ):
            assert schema.is_valid(body) is not field.is_required()
            assert taken(kind, body) is not field.is_required()


HEADERS: dict[str, list[str]] = {
    "ce_specversion": ["1.0", "1", "1.00", "0.3"],
    "ce_id": ["0198c0de-0000-7000-8000-00000000000a", "0198C0DE-0000-7000-8000-00000000000A", "1", ""],
    "ce_source": [
        "/yangju/a",
        "/yangju/a/",
        "yangju/a",
        "/Yangju/a",
        "/y/" + "a" * 40,
        "/y/" + "a" * 41,
        "/a--b/c",
    ],
    "ce_type": [
        "referral.requested.v1",
        "referral.requested",
        "Referral.requested.v1",
        "a.v1",
        "a.b.v0",
        "a.b.v10",
    ],
    "ce_time": [
        *(
            "2026-07-01T00:00:00Z",
            "2026-07-01T00:00:00.123456Z",
            "2026-07-01T00:00:00.1234567Z",
            "2026-07-01t00:00:00z",
        ),
        *("2026-12-31T23:59:60Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2019-12-31T23:59:59Z"),
        *(
            "2020-01-01T00:00:00Z",
            "2099-12-31T23:59:59Z",
            "2100-01-01T00:00:00Z",
            "2026-07-01T09:00:00+09:00",
        ),
    ],
    "ce_recipient": ["/yangju/b", "/yangju/", ""],
    "ce_sequence": ["0" * 19 + "1", "1", "0" * 20 + "1", "+0000000000000000001", "\u0660" * 19 + "\u0661"],
    "ce_journey": ["0198c0de-0000-7000-8000-00000000000b", "0198C0DE-0000-7000-8000-00000000000B"],
    "ce_causation": ["desk-1", "a b", "가", "x" * 200, "x" * 201, ""],
    "ce_dataschema": ["urn:ieum:referral.requested:1.0", "urn:other:x:1.0", "urn:ieum:x:0.1", "urn:ieum:x:1"],
    "content-type": [
        *(
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
        ),
        *(
            'application/json; charset="utf-8"',
            "application/json; charset=euc-kr",
            "application/xml",
            "text/plain",
        ),
        *("application/json; profile=x", "application/cloudevents+json", "application/json;", "json", ""),
    ],
    "traceparent": [
        *(
            "00-" + "1" * 32 + "-" + "1" * 16 + "-01",
            "00-" + "0" * 32 + "-" + "1" * 16 + "-01",
            "",
            "00-1-1-01",
        ),
        *(
            "ff-" + "1" * 32 + "-" + "1" * 16 + "-01",
            "00-" + "A" * 32 + "-" + "1" * 16 + "-01",
            "9001011000006",
        ),
    ],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in HEADERS.items() for text in texts]
)
def test_the_published_pattern_and_the_code_take_and_refuse_the_same_header(name: str, text: str) -> None:
    pattern = next(each["pattern"] for each in TOPICS["headers"] if each["name"] == name)
    headers = headers_of(read(CONTRACTS / "examples" / "referral.requested.v1.json"))
    try:
        envelope.read([*((each, value) for each, value in headers if each != name), (name, text.encode())])
        read_it = True
    except EnvelopeError as error:
        assert error.reason in {"envelope.header-invalid", "envelope.specversion"}
        read_it = False
    assert read_it is (re.search(pattern, text) is not None) is (_ecma(pattern).find(text) is not None)
