"""asyncapi.json is valid by the official schemas, and what it says of headers is what is read and refused."""

import hashlib
import json
import lzma
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ieum_contracts import envelope
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.envelope import NAMES, EnvelopeError
from ieum_contracts.topics import STREAM_FAMILIES, Family
from tests.contracts.golden import CONTRACTS, EXAMPLES, headers_of, read

DOCUMENT = read(CONTRACTS / "asyncapi.json")
MESSAGES = DOCUMENT["components"]["messages"]
OFFICIAL = {
    "3.0.0": "d4571a420e6ffb7fcc7066c95a6db1202f299a3c51daa103d0706bf30f95e626",
    "3.1.0": "51d3274899ad2875f25c18fd1aef4d5512f0a97be785d519740bde55a4162f61",
}
UUID = "01900000-0000-7000-8000-000000000001"
BAD: dict[str, list[str]] = {
    "ce_specversion": ["0.3", ""],
    "ce_id": [UUID.upper().replace("7", "A"), "1", UUID + "0", f"{{{UUID}}}"],
    "ce_source": ["yangju/x", "/yangju", "/Yangju/x", "/yangju/x/y", "/yangju/-x"],
    "ce_recipient": ["yangju/x", "/yangju", "/yangju/x_y"],
    "ce_time": [
        "2026-07-01",
        "2026-07-01T00:00:00+09:00",
        "2026-07-01 00:00:00Z",
        "2026-07-01T00:00Z",
        "1970-01-01T00:00:00Z",
        "2026-07-01T00:00:60Z",
    ],
    "ce_sequence": ["1", "0" * 20, "0" * 20 + "1", "-0000000000000000001"],
    "ce_journey": ["", UUID + " ", UUID.replace("-", "")],
    "ce_causation": ["", "a b", "가나다", "x" * 201],
    "content-type": ["text/plain", "application/xml", "application/json; charset=latin-1", ""],
    "traceparent": ["", "00-" + "0" * 32 + "-0123456789abcdef-01"],
}
GOOD: dict[str, list[str]] = {
    "ce_id": [UUID],
    "ce_time": ["2026-07-01T00:00:00Z", "2026-07-01T00:00:00.5Z", "2026-07-01T00:00:00.123456Z"],
    "ce_sequence": ["00000000000000000001", f"{2**53:020}"],
    "ce_causation": ["x", "!" * 200],
    "content-type": ["application/json", "Application/JSON", "application/json; charset=utf-8"],
    "traceparent": ["00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"],
}


def official(version: str) -> Draft7Validator:
    packed = (CONTRACTS.parent / "tests" / "contracts" / "asyncapi" / f"{version}.json.xz").read_bytes()
    text = lzma.decompress(packed)
    assert hashlib.sha256(text).hexdigest() == OFFICIAL[version]
    return Draft7Validator(json.loads(text))


@pytest.mark.parametrize("version", sorted(OFFICIAL))
def test_the_document_is_valid_by_the_official_schema(version: str) -> None:
    validator = official(version)
    found = [error.message for error in validator.iter_errors({**DOCUMENT, "asyncapi": version})]
    assert found == []


@pytest.mark.parametrize("version", sorted(OFFICIAL))
def test_a_document_that_is_none_is_found(version: str) -> None:
    document = {**DOCUMENT, "asyncapi": version}
    servers = {"plain": {"protocol": "kafka"}}
    operations = {"send-referral": {"action": "hear", "channel": {"$ref": "#/channels/referral"}}}
    for wrong in ({"servers": servers}, {"operations": operations}, {"typo": 1}):
        assert not official(version).is_valid({**document, **wrong})


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        if reference.startswith("./"):
            assert (CONTRACTS / reference).is_file(), reference
            continue
        found: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [each for inner in value.values() for each in references(inner)]
    return [each for inner in value for each in references(inner)] if isinstance(value, list) else []


def test_each_family_is_sent_and_received_with_a_login() -> None:
    families = {event.family for event in EVENT_TYPES.values() if event.model is not None}
    assert set(DOCUMENT["channels"]) == families
    assert set(DOCUMENT["operations"]) == {
        f"{act}-{each}" for act in ("send", "receive") for each in families
    }
    assert {server["protocol"] for server in DOCUMENT["servers"].values()} == {"kafka", "kafka-secure"}
    scheme = {"$ref": "#/components/securitySchemes/scram"}
    secured = [*DOCUMENT["servers"].values(), *DOCUMENT["operations"].values()]
    assert all(each["security"] == [scheme] for each in secured)
    assert DOCUMENT["components"]["securitySchemes"]["scram"]["type"] == "scramSha512"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_headers_of_an_example_are_as_the_document_says(path: Any) -> None:
    example = read(path)
    message = MESSAGES[example["headers"]["ce_type"]]
    assert Draft7Validator(message["headers"]).is_valid(example["headers"])
    assert Draft7Validator(message["bindings"]["kafka"]["key"]).is_valid(example["key"])
    assert set(message["headers"]["properties"]) <= set(NAMES)


@pytest.mark.parametrize("name", sorted({*BAD, *GOOD}))
def test_a_header_that_the_document_forbids_is_refused_and_no_other(name: str) -> None:
    example = read(CONTRACTS / "examples" / "referral.received.v1.json")
    validator = Draft7Validator(MESSAGES["referral.received.v1"]["headers"])
    for value in BAD.get(name, []):
        changed = {**example, "headers": {**example["headers"], name: value}}
        assert not validator.is_valid(changed["headers"]), value
        with pytest.raises(EnvelopeError):
            envelope.read(headers_of(changed))
    for value in GOOD.get(name, []):
        changed = {**example, "headers": {**example["headers"], name: value}}
        assert validator.is_valid(changed["headers"]), value
        envelope.read(headers_of(changed))


@pytest.mark.parametrize("message", sorted(MESSAGES))
def test_what_must_be_there_is_required(message: str) -> None:
    required = set(MESSAGES[message]["headers"]["required"])
    family = EVENT_TYPES[message].family
    assert ("ce_sequence" in required) == (family in STREAM_FAMILIES)
    assert ("ce_journey" in required) == message.startswith("referral.requested")
    assert required >= {"ce_id", "ce_source", "ce_type", "ce_subject", "ce_recipient", "content-type"}
    kinds = MESSAGES[message]["headers"]["properties"]
    assert kinds["ce_type"]["const"] == message
    assert kinds["ce_dataschema"]["const"] == EVENT_TYPES[message].dataschema
    assert ("programme" in kinds["ce_subject"]["pattern"]) == (family is Family.CATALOGUE)
