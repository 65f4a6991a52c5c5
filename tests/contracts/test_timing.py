"""What lies in the past or the future is judged against the moment at which it is said, with allowance."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ieum_contracts import envelope
from ieum_contracts.catalogue import EVENT_TYPES, decode
from ieum_contracts.model import Model
from ieum_contracts.timing import TOO_EARLY, TOO_LATE, out_of_time
from tests.contracts.golden import CONTRACTS, EXAMPLES, headers_of, read, value_of

SAID_AT = datetime(2026, 7, 1, 14, 59, tzinfo=UTC)  # one minute before midnight in Seoul


def body(name: str, **members: Any) -> Model:
    """Read an example with other members; dots lead into it."""
    example = read(CONTRACTS / "examples" / f"{name}.json")
    for place, value in members.items():
        *outer, last = place.split("__")
        at = example["body"]
        for each in outer:
            at = at.setdefault(each, {})
        at[last] = value
    headers = example["headers"]
    return decode(headers["ce_type"], headers["ce_dataschema"], json.dumps(example["body"]).encode())


def text(moment: datetime) -> str:
    """Write a time."""
    return moment.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_example_is_out_of_time(path: Path) -> None:
    example = read(path)
    said = decode(example["headers"]["ce_type"], example["headers"]["ce_dataschema"], value_of(example))
    assert list(out_of_time(said, envelope.read(headers_of(example)).time)) == []


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("sealed__client__birth_date", "2026-07-01", None),
        ("sealed__client__birth_date", "2026-07-02", TOO_LATE),
        ("sealed__client__birth_date", "2099-01-01", TOO_LATE),
        ("sealed__client__birth_date", "1900-01-01", None),
        ("sealed__consent__given_at", text(SAID_AT + timedelta(minutes=10)), None),
        ("sealed__consent__given_at", text(SAID_AT + timedelta(minutes=11)), TOO_LATE),
        ("sealed__consent__given_at", "2099-01-01T00:00:00Z", TOO_LATE),
        ("sealed__consent__given_at", "2016-07-01T00:00:00Z", None),
        ("sealed__consent__given_at", "2016-06-01T00:00:00Z", TOO_EARLY),
        ("answer_by", text(SAID_AT - timedelta(days=366)), None),
        ("answer_by", text(SAID_AT - timedelta(days=367)), TOO_EARLY),
        ("answer_by", "2020-01-01T00:00:00Z", TOO_EARLY),
        ("answer_by", "2099-01-01T00:00:00Z", TOO_LATE),
    ],
)
def test_a_time_of_a_referral_is_judged(place: str, value: str, fault: str | None) -> None:
    wrong = list(out_of_time(body("referral.requested.v1", **{place: value, "path": []}), SAID_AT))
    wrong = [each for each in wrong if each[0] == place.replace("__", ".")]
    assert wrong == ([] if fault is None else [(place.replace("__", "."), fault)])


def test_appointments_and_visits_are_judged_inside_their_lists_and_models() -> None:
    appointment = {"at": "2020-01-01T00:00:00Z", "place": "2층"}
    assert list(out_of_time(body("referral.accepted.v1", appointment=appointment), SAID_AT)) == [
        ("appointment.at", TOO_EARLY)
    ]
    missed = {"at": text(SAID_AT - timedelta(days=29)), "place": "2층"}
    assert list(out_of_time(body("referral.progressed.v1", appointment=missed), SAID_AT)) == []
    visit = {"agency": "/yangju/a", "programme": "b", "at": "2027-01-01T00:00:00Z"}
    assert list(out_of_time(body("referral.requested.v1", path=[visit]), SAID_AT)) == [
        ("path.0.at", TOO_LATE)
    ]


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("case.closed.v1", {"opened_on": "2026-06-02", "closed_on": "2026-06-01"}),
        ("programme.published.v1", {"valid_from": "2026-06-02", "valid_until": "2026-06-01"}),
        ("stream.resend-asked.v1", {"first": 3, "last": 2}),
    ],
)
def test_what_ends_does_not_end_before_it_begins(name: str, members: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="body: value_error"):
        body(name, **members)


def test_the_bounds_are_published() -> None:
    schema = read(CONTRACTS / "schemas" / "referral.requested-1.0.json")
    (answer_by, _) = schema["properties"]["answer_by"]["anyOf"]
    assert (answer_by["x-minutes-before-max"], answer_by["x-minutes-after-max"]) == (366 * 1440, 3660 * 1440)
    assert EVENT_TYPES["referral.requested.v1"].model is not None
