"""Days have the bounds of what they are for, and what is written for no day is refused."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from ieum_contracts.circumstances import BenefitHeld, Circumstances, PolicyLoan
from ieum_contracts.days import BirthDay, LifeDay, LoanDay
from ieum_contracts.model import faults

NO_DAY = ("0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "2099-12-31", "2999-12-31", "9999-12-31")
"""What .NET, SQL Server, spreadsheets and offices write where there is no day, or no end."""
KINDS: tuple[Any, ...] = (BirthDay, LifeDay, LoanDay)
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "contracts" / "schemas" / "referral.requested-1.0.json").read_text("utf-8")
)
DEFINITIONS = SCHEMA["$defs"]


def taken(kind: Any, day: str) -> bool:
    """Tell whether a kind of day takes a day."""
    try:
        TypeAdapter(kind).validate_json(json.dumps(day))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("day", NO_DAY)
def test_what_is_written_for_no_day_is_refused(kind: Any, day: str) -> None:
    assert not taken(kind, day)


@pytest.mark.parametrize(
    ("kind", "first", "last", "epoch"),
    [
        (BirthDay, "1901-01-01", "2089-12-31", True),
        (LifeDay, "1930-01-01", "2089-12-31", False),
        (LoanDay, "2006-01-01", "2089-12-31", False),
    ],
)
def test_a_day_lies_within_the_years_of_its_kind(kind: Any, first: str, last: str, *, epoch: bool) -> None:
    outside = (date.fromisoformat(first) - timedelta(1), date.fromisoformat(last) + timedelta(1))
    assert taken(kind, first)
    assert taken(kind, last)
    assert not any(taken(kind, day.isoformat()) for day in outside)
    assert taken(kind, "1970-01-01") is epoch


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_says_the_same_as_the_model(kind: Any) -> None:
    check = Draft202012Validator(TypeAdapter(kind).json_schema())

    @settings(deadline=None)
    @given(st.one_of(st.dates().map(date.isoformat), st.sampled_from([*NO_DAY, "1970-01-01"])))
    def agree(day: str) -> None:
        assert check.is_valid(day) is taken(kind, day)

    agree()


@pytest.mark.parametrize("name", ["birth_date", "separation_date", "discharge_date"])
@pytest.mark.parametrize("day", NO_DAY)
def test_a_fact_that_is_no_day_is_refused_by_its_name(name: str, day: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Circumstances.model_validate_json(json.dumps({name: {"value": day, "source": "stated"}}))
    assert faults(caught.value) == (f"{name}.value: value_error",)
    assert "leave out" in str(caught.value)
    assert day not in str(caught.value)


@pytest.mark.parametrize("day", NO_DAY)
def test_benefits_and_loans_have_no_days_that_are_none(day: str) -> None:
    for name in ("since", "until"):
        with pytest.raises(ValidationError):
            BenefitHeld.model_validate({"benefit": "livelihood-benefit", name: day})
    for name in ("taken_on", "repaid_on"):
        with pytest.raises(ValidationError):
            PolicyLoan.model_validate({"taken_on": "2020-01-01", name: day})


def test_every_day_of_a_fact_is_of_a_kind() -> None:
    days = [
        DEFINITIONS["FactBirthDay"]["properties"]["value"],
        DEFINITIONS["FactLifeDay"]["properties"]["value"],
    ]
    days += [
        each["anyOf"][0] for each in (DEFINITIONS["BenefitHeld"]["properties"][n] for n in ("since", "until"))
    ]
    days += [DEFINITIONS["PolicyLoan"]["properties"]["taken_on"]]
    assert all(day["format"] == "date" and day["pattern"].startswith("^(?:") for day in days)
    assert "FactDay" not in DEFINITIONS


@pytest.mark.parametrize("code", ["41630", "4163000000"])
def test_a_place_has_a_code_and_a_name_beside_it(code: str) -> None:
    fact = {"value": "양주시", "code": code, "source": "stated"}
    known = Circumstances.model_validate({"residence_municipality": fact})
    assert known.model_dump(mode="json", exclude_none=True) == {"residence_municipality": fact}


@pytest.mark.parametrize(
    "code", ["4163", "416300", "41630000000", "4163a", "\uff14\uff11\uff16\uff13\uff10", "41630 "]
)
def test_a_code_of_another_form_is_refused(code: str) -> None:
    fact = {"value": "양주시", "code": code, "source": "stated"}
    with pytest.raises(ValidationError):
        Circumstances.model_validate({"residence_municipality": fact})
