"""Facts that contradict each other, lie ahead or are absurd: refused at their field, with the limit."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import JsonValue, ValidationError

from ieum_contracts.body import Invalid, NotUnderstood, read
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.contradictions import CONTRADICTIONS
from ieum_contracts.timing import out_of_time

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)
CONTRADICTING: dict[tuple[str, str], tuple[Any, Any, Any]] = {
    ("own_income_monthly", "household_income_monthly"): (2_000_001, 2_000_000, 2_000_000),
    ("separation_date", "birth_date"): ("1990-01-01", "1990-01-02", "1990-01-02"),
    ("discharge_date", "birth_date"): ("1990-01-01", "1990-01-02", "1990-01-02"),
    ("student_years_left", "student"): (1, False, 0),
    ("never_worked", "insured_days"): (True, 1, False),
    ("never_worked", "work_days"): (True, 1, False),
    ("never_worked", "work_hours"): (True, 1, False),
    ("never_worked", "separation_date"): (True, "2026-01-31", False),
}
"""By fact and the other: a value that contradicts the other's, the other's, and one that does not."""


def stated(**values: JsonValue) -> dict[str, JsonValue]:
    return {name: {"value": value, "source": "stated"} for name, value in values.items()}


def fault(facts: dict[str, JsonValue]) -> tuple[str, str, dict[str, Any]]:
    with pytest.raises(ValidationError) as caught:
        Circumstances.model_validate(facts)
    (error,) = caught.value.errors(include_input=False)
    return ".".join(map(str, error["loc"])), error["type"], error.get("ctx", {})


def test_every_contradiction_has_its_row_here() -> None:
    assert {(each.fact, each.other) for each in CONTRADICTIONS} == CONTRADICTING.keys()


@pytest.mark.parametrize("pair", CONTRADICTING, ids="-".join)
def test_facts_that_contradict_each_other_are_refused_at_the_field(pair: tuple[str, str]) -> None:
    fact, other = pair
    wrong, against, right = CONTRADICTING[pair]
    place, kind, context = fault(stated(**{fact: wrong, other: against}))
    assert (place, kind) == (fact, "value_error")
    assert f"`{other}`" in str(context["error"]) or fact == "never_worked"
    assert Circumstances.model_validate(stated(**{fact: right, other: against}))
    assert Circumstances.model_validate(stated(**{fact: wrong}))


@pytest.mark.parametrize(
    ("name", "value", "place", "limit"),
    [
        ("household_income_monthly", -1, "household_income_monthly.value", {"ge": 0}),
        ("household_income_monthly", 10**12 + 1, "household_income_monthly.value", {"le": 10**12}),
        ("household_assets", -(10**12) - 1, "household_assets.value", {"ge": -(10**12)}),
        ("household_size", 0, "household_size.value", {"ge": 1}),
        ("household_size", 31, "household_size.value", {"le": 30}),
        ("work_days", 732, "work_days.value", {"le": 731}),
        ("work_hours", 17_545, "work_hours.value", {"le": 17_544}),
        ("service_months", 721, "service_months.value", {"le": 720}),
        ("student_years_left", 21, "student_years_left.value", {"le": 20}),
        ("credit_percentile", 101, "credit_percentile.value", {"le": 100}),
        ("arrears_days", -1, "arrears_days.value", {"ge": 0}),
    ],
)
def test_a_negative_or_absurd_number_is_refused_with_its_limit(
    name: str, value: int, place: str, limit: dict[str, int]
) -> None:
    where, _, context = fault(stated(**{name: value}))
    assert (where, context) == (place, limit)


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        (
            stated(benefits=[{"benefit": "near-poor", "since": "2026-02-01", "until": "2026-01-31"}]),
            "benefits.value.0.until",
        ),
        (
            stated(policy_loans=[{"taken_on": "2026-02-01", "repaid_on": "2026-01-31"}]),
            "policy_loans.value.0.repaid_on",
        ),
    ],
)
def test_what_ends_before_it_began_is_refused(facts: dict[str, JsonValue], place: str) -> None:
    assert fault(facts)[:2] == (place, "value_error")


@pytest.mark.parametrize(
    ("facts", "places"),
    [
        (stated(birth_date="2026-07-02"), ["birth_date.value"]),
        (stated(birth_date="2026-07-01"), []),
        (stated(policy_loans=[{"taken_on": "2026-07-02"}]), ["policy_loans.value.0.taken_on"]),
        (
            {"sex": {"value": "female", "source": "verified", "as_of": "2026-07-02"}},
            ["sex.as_of"],
        ),
        (stated(discharge_date="2026-09-01", separation_date="2026-07-31"), []),
    ],
)
def test_what_has_happened_does_not_lie_ahead(facts: dict[str, JsonValue], places: list[str]) -> None:
    read_facts = Circumstances.model_validate(facts)
    assert [(place, code) for place, code in out_of_time(read_facts, NOW)] == [
        (each, "time_too_late") for each in places
    ]


def test_over_kafka_a_contradiction_is_refused_and_a_code_that_is_not_known_waits() -> None:
    with pytest.raises(Invalid) as refused:
        read(
            Circumstances,
            b'{"student":{"value":false,"source":"stated"},'
            b'"student_years_left":{"value":2,"source":"stated"}}',
        )
    assert (refused.value.reason, refused.value.fields) == (
        "body.invalid",
        ("student_years_left: value_error",),
    )
    with pytest.raises(NotUnderstood):
        read(Circumstances, b'{"sex":{"value":"female","source":"verified","evidence":"crystal-ball"}}')
