"""The golden examples are what the code reads and writes, byte by byte."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from aiokafka.partitioner import murmur2
from jsonschema import Draft202012Validator, FormatChecker

from ieum_contracts import envelope
from ieum_contracts.catalogue import EVENT_TYPES, dataschema_of, decode, encode, type_of
from ieum_contracts.generate import SAMPLE_AGENCIES, SAMPLE_CENTRE
from ieum_contracts.model import Model
from ieum_contracts.schemas import schema_path
from ieum_contracts.topics import STREAM_FAMILIES, Family, topic_of, topics
from tests.contracts.golden import CONTRACTS, EXAMPLES, headers_of, read, value_of

PARTITIONS = {topic.name: topic.partitions for topic in topics(SAMPLE_CENTRE, SAMPLE_AGENCIES)}


def decoded(example: dict[str, Any]) -> Model:
    return decode(example["headers"]["ce_type"], example["headers"]["ce_dataschema"], value_of(example))


def test_every_event_that_is_said_has_an_example_and_every_example_an_event() -> None:
    said = {event.type for event in EVENT_TYPES.values() if event.model is not None}
    assert {read(path)["headers"]["ce_type"] for path in EXAMPLES} == said
    assert {path.name for path in EXAMPLES} >= {f"{name}.json" for name in said}
    for path in EXAMPLES:
        kind = re.escape(str(read(path)["headers"]["ce_type"]))
        assert re.fullmatch(rf"{kind}(\.[a-z-]+)?\.json", path.name), path.name


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_comes_back_byte_by_byte(path: Path) -> None:
    example = read(path)
    headers, value = headers_of(example), value_of(example)
    read_envelope = envelope.read(headers)
    assert envelope.write(read_envelope) == headers
    body = decoded(example)
    assert encode(body) == value
    assert type_of(body) == read_envelope.type
    assert dataschema_of(body) == read_envelope.dataschema
    assert envelope.digest(envelope.canonical(headers), value).hex() == example["digest"]
    assert envelope.from_canonical(envelope.canonical(headers)) == headers


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_stands_in_its_place(path: Path) -> None:
    example = read(path)
    read_envelope = envelope.read(headers_of(example))
    event = EVENT_TYPES[read_envelope.type]
    owner = read_envelope.source if event.family is Family.CATALOGUE else read_envelope.recipient
    assert example["topic"] == topic_of(owner, event.family)
    assert example["key"] == read_envelope.subject
    hashed = murmur2(example["key"].encode()) & 0x7FFFFFFF
    assert example["partition"] == hashed % PARTITIONS[example["topic"]]
    assert (read_envelope.sequence is not None) == (event.family in STREAM_FAMILIES)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_satisfies_its_published_schema(path: Path) -> None:
    example = read(path)
    schema = read(CONTRACTS / schema_path(EVENT_TYPES[example["headers"]["ce_type"]]))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(example["body"])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_field_that_nobody_knows_is_ignored(path: Path) -> None:
    example = read(path)
    plain = decoded(example)
    newer = {**example, "body": {"from_the_future": {"a": [1, None]}, **example["body"]}}
    assert decoded(newer) == plain


def test_the_digest_vector_holds_step_by_step() -> None:
    vector = read(CONTRACTS / "vectors" / "digest.json")
    example = read(CONTRACTS / "examples" / "referral.cancelled.v1.json")
    assert vector["value"].encode() == value_of(example)
    value_digest = hashlib.sha256(vector["value"].encode()).digest()
    assert vector["value_sha256"] == value_digest.hex()
    assert bytes.fromhex(vector["canonical"]) == envelope.canonical(headers_of(example))
    whole = hashlib.sha256(bytes.fromhex(vector["canonical"]) + value_digest).hexdigest()
    assert vector["digest"] == whole == example["digest"]
