"""Every field says what it is and how careful to be; nothing personal stands outside `sealed`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from ieum_contracts.catalogue import EVENT_TYPES, encode
from ieum_contracts.circumstances import Circumstances, Fact
from ieum_contracts.client import Email, Phone
from ieum_contracts.client_codes import FactSource, Need, Sex
from ieum_contracts.decisions import ReferralReceived
from ieum_contracts.model import (
    LINE_CHARACTERS_MAX,
    NOTE_CHARACTERS_MAX,
    DataClass,
    Day,
    Id,
    Line,
    Model,
    NetWon,
    Note,
    Time,
    Won,
    data_class,
    faults,
    models_in,
)
from ieum_contracts.referral import ReferralRequested
from ieum_contracts.schemas import schema
from tests.contracts.golden import CONTRACTS, EXAMPLES, read

SAID = [event for event in EVENT_TYPES.values() if event.model is not None]
CAREFUL = {DataClass.PERSONAL, DataClass.SENSITIVE}


def fields(model: type[Model], place: str = "") -> Iterator[tuple[str, str, DataClass | None]]:
    """Walk the fields of a body: place, description, data class; a model only as often as it is named."""
    for name, field in model.model_fields.items():
        where = f"{place}.{name}".lstrip(".")
        yield where, field.description or "", data_class(field)
        for inner in models_in(field.annotation):
            yield from fields(inner, where)


@pytest.mark.parametrize("event", SAID, ids=lambda event: event.name)
def test_every_field_is_described_and_classed(event: Any) -> None:
    for place, description, careful in fields(event.model):
        assert description.endswith("."), f"{place} has no sentence that describes it"
        assert careful is not None, f"{place} has no data class"


@pytest.mark.parametrize("event", SAID, ids=lambda event: event.name)
def test_nothing_personal_stands_outside_the_sealed_member(event: Any) -> None:
    for place, _, careful in fields(event.model):
        if careful in CAREFUL:
            assert place.split(".")[0] == "sealed", f"{place} is {careful} and stands in the open"


@pytest.mark.parametrize("family", ["catalogue", "delivery"])
def test_what_concerns_no_client_has_nothing_sealed(family: str) -> None:
    for event in SAID:
        if event.family == family:
            assert event.model is not None
            assert all(careful not in CAREFUL for _, _, careful in fields(event.model))


def unlimited(node: Any, place: str) -> Iterator[str]:
    """Walk a JSON Schema and name each text, number and list that has no limit."""
    if not isinstance(node, dict):
        return
    free = {"enum", "const", "format"}
    if node.get("type") == "string" and not free & node.keys() and "maxLength" not in node:
        pattern = node.get("pattern", "")
        if not pattern or "*" in pattern or "+$" in pattern:
            yield place
    if node.get("type") == "array" and "maxItems" not in node:
        yield place
    if node.get("type") == "integer" and "maximum" not in node:
        yield place
    for name, inner in node.items():
        for number, each in enumerate(inner if isinstance(inner, list) else [inner]):
            yield from unlimited(each, f"{place}.{name}.{number}")


@pytest.mark.parametrize("event", SAID, ids=lambda event: event.name)
def test_every_text_list_and_number_has_a_limit(event: Any) -> None:
    assert not list(unlimited(schema(event, event.model), event.name))


@pytest.mark.parametrize("event", SAID, ids=lambda event: event.name)
def test_a_body_cannot_be_changed_and_ignores_what_it_does_not_know(event: Any) -> None:
    for model in (
        event.model,
        *(m for f in event.model.model_fields.values() for m in models_in(f.annotation)),
    ):
        assert model.model_config["frozen"]
        assert model.model_config["extra"] == "ignore"
        assert model.model_config["hide_input_in_errors"]


def test_unknown_fields_can_be_refused_at_any_depth_by_the_same_models() -> None:
    example = read(CONTRACTS / "examples" / "referral.requested.v1.json")["body"]
    example["typo"] = 1
    example["sealed"]["contact"]["fone"] = "x"
    example["sealed"]["circumstances"]["birth_date"]["valu"] = "x"
    visit = {"agency": "/yangju/city-welfare-team", "programme": "livelihood", "at": "2026-06-20T01:00:00Z"}
    example["path"] = [{**visit, "가나다": "x"}]
    for refuse in (ReferralRequested.model_validate_json, TypeAdapter(ReferralRequested).validate_json):
        with pytest.raises(ValidationError) as caught:
            refuse(json.dumps(example).encode(), extra="forbid")
        assert sorted(faults(caught.value)) == [
            "path.0.?: extra_forbidden",
            "sealed.circumstances.birth_date.valu: extra_forbidden",
            "sealed.contact.fone: extra_forbidden",
            "typo: extra_forbidden",
        ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_holds_no_field_that_its_model_lacks(path: Any) -> None:
    example = read(path)
    model = EVENT_TYPES[example["headers"]["ce_type"]].model
    assert model is not None
    assert model.model_validate_json(json.dumps(example["body"]), extra="forbid")


def test_times_are_kept_and_written_in_utc() -> None:
    body = ReferralReceived(decision_due_at=datetime.fromisoformat("2026-07-01T09:00:00+09:00"))
    assert body.decision_due_at == datetime(2026, 7, 1, tzinfo=UTC)
    assert encode(body) == b'{"answers":[],"decision_due_at":"2026-07-01T00:00:00Z"}'


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Time, "2026-07-01T00:00:00"),
        (Time, "2026-07-01 00:00:00Z"),
        (Time, "1782864000"),
        (Time, 1782864000),
        (Time, datetime(2026, 7, 1)),  # noqa: DTZ001 - the point of the test
        (Day, "2026-07-01T00:00:00Z"),
        (Day, 20_000),
        (Won, 1.5),
        (Time, "1999-12-31T23:59:59Z"),
        (Time, "2000-01-01T00:00:00+09:00"),
        (Time, "2100-01-01T00:00:00Z"),
        (Time, "2026-07-01t00:00:00z"),
        (Time, "2026-06-30T23:59:60Z"),
        (Day, "0001-01-01"),
        (Day, "9999-12-31"),
        (Id, "0198C0DE-0000-7000-8000-000000000001"),
        (Id, "{0198c0de-0000-7000-8000-000000000001}"),
        (Id, "0198c0de000070008000000000000001"),
        *(
            (Line, text)
            for text in ("", " ", "\u3000", "\u200b", "\u3164", "\u2800", "\u0301", "\u00ad \ufeff")
        ),
        *((Note, text) for text in ("\n", " \t\u3000", "\u200d")),
        (Line, "\u0958" * LINE_CHARACTERS_MAX),
        (Note, "\u0958" * NOTE_CHARACTERS_MAX),
        *(
            (Phone, text)
            for text in ("1", "12", "전화", "031-820-1234, 010-0000-0000", "031-820-1234 내선", "-031")
        ),
        *((Email, text) for text in ("a", "a@b", "@b.kr", "a b@c.kr", "a@.kr")),
        (Won, "1"),
        (Won, True),
        (Won, -1),
        (Won, 10**12 + 1),
    ],
)
def test_a_value_of_another_form_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value", "read_as"),
    [
        (Won, 900000.0, 900000),
        (NetWon, -1, -1),
        (Line, " 김철수\u3000", "김철수"),
        (Line, "\u1100\u1161", "가"),
        (Line, "\u0958", "\u0915\u093c"),
        (Note, "하나\n둘\n", "하나\n둘"),
        *((Phone, each, each) for each in ("031)820-1234", "1350", "112", "02-123-4567", "+82-31-820-1234")),
        *((Phone, each, each) for each in ("010.1234.5678", "031-820-1234 내선 12", "031-820-1234(교 12)")),
        *((Phone, each, each) for each in ("031-820-1234 ext. 12", "031-820-1234 #12", "031-820-1234~5")),
        *((Phone, each, each) for each in ("031-820-1234(교)", "(031) 820-1234", "+82 (0)31 820 1234")),
        (Phone, "031\u2013820\u20141234", "031-820-1234"),
        (Phone, "\uff10\uff13\uff11\uff09\uff18\uff12\uff10\uff0d\uff11\uff12\uff13\uff14", "031)820-1234"),
    ],
)
def test_what_people_and_systems_write_is_read(kind: Any, value: object, read_as: object) -> None:
    assert TypeAdapter(kind).validate_python(value) == read_as


def test_a_fact_says_how_well_it_is_known() -> None:
    known = Circumstances(sex=Fact(value=Sex.FEMALE, source=FactSource.VERIFIED))
    assert known.model_dump_json(exclude_none=True) == '{"sex":{"value":"female","source":"verified"}}'
    with pytest.raises(ValidationError):
        Circumstances.model_validate({"sex": {"value": "female"}})


def test_needs_fall_into_areas() -> None:
    assert {need.area for need in Need} >= {"work", "income", "debt", "housing", "health", "care"}
