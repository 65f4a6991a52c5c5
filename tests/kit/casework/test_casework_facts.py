"""Facts that stand elsewhere in a referral are used, and what is not understood is named."""

import pytest
from pydantic import JsonValue

from tests.kit.casework.listener import Listener, employer, request


def test_facts_that_stand_beside_the_circumstances_are_not_asked_for() -> None:
    client: dict[str, JsonValue] = {"name": "가나다 시험", "birth_date": "1990-01-01"}
    facts: dict[str, JsonValue] = {"employment_status": "unemployed", "student": False}
    assert Listener().assessed(request("training-card", facts, {"client": client})).likelihood == "likely"
    older = {**facts, "birth_date": "1940-01-01"}
    assert Listener().assessed(request("training-card", older, {"client": client})).likelihood == "unlikely"


def test_the_needs_of_a_referral_are_facts() -> None:
    two_areas: JsonValue = ["debt-arrears", "housing-rent"]
    advice = Listener().assessed(request("case-management", {}, needs=two_areas))
    assert (advice.likelihood, advice.cause) == ("needs-info", "discretionary")
    assert (
        Listener().assessed(request("case-management", {}, needs=["debt-arrears"])).likelihood == "unlikely"
    )
    assert Listener().assessed(request("case-management", {})).cause == "facts-missing"
    advice = Listener().assessed(request("case-management", {"needs": two_areas}, needs=["debt-arrears"]))
    assert advice.cause == "discretionary"


@pytest.mark.parametrize(
    ("vacancies", "likelihood", "cause"),
    [
        ([{"workplace_municipality": "경기도 양주시"}], "likely", None),
        ([{"workplace_municipality_code": "4163000000"}], "likely", None),
        ([{"workplace_municipality": "포천시"}, {"workplace_municipality": "Yangju-si"}], "likely", None),
        ([{"workplace_municipality": "포천시"}, {}], "unlikely", None),
        (
            [{"workplace_municipality": "포천시"}, {"workplace_municipality": "미상"}],
            "needs-info",
            "facts-unclear",
        ),
        ([{}], "needs-info", "facts-missing"),
    ],
)
def test_the_workplaces_of_vacancies_are_facts(
    vacancies: list[dict[str, JsonValue]], likelihood: str, cause: str | None
) -> None:
    advice = Listener().assessed(employer(*vacancies))
    assert (advice.likelihood, advice.cause) == (likelihood, cause)


def test_an_address_tells_the_municipality_where_it_is_understood() -> None:
    for address, likelihood in (
        ("경기도 양주시 화합로 123", "likely"),
        ("경기도 포천시 중앙로 1, 가나아파트 101동", "needs-info"),
        ("양주역 옆", "needs-info"),
    ):
        client: dict[str, JsonValue] = {"name": "가나다 시험", "address": address}
        advice = Listener().assessed(request("job-counselling", {}, {"client": client}))
        assert advice.likelihood == likelihood, address


def test_a_place_that_is_not_understood_is_named_as_unclear() -> None:
    facts: dict[str, JsonValue] = {
        "residence_municipality": "양주 근처",
        "workplace_municipality": "의정부시",
    }
    advice = Listener().assessed(request("job-counselling", facts))
    assert (advice.likelihood, advice.cause) == ("needs-info", "facts-unclear")
    assert advice.rules[0].unclear == ("circumstances.residence_municipality",)
