"""What to do next, as codes: it follows from the rules' results and from how facts are known."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from ieum.agency import load_agency
from ieum.casework.eligibility import RuleSet, assess, judge, rule
from ieum.casework.fact_names import FACT_NAMES, PAPER_NAMES, PAPER_OF_FACT
from ieum.casework.facts import Facts
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.client_codes import Document
from ieum_contracts.eligibility import Action, NextAction, ProgrammeAssessed
from tests.services.asking import DAY, PACKAGES
from tests.services.tables import city, employment, money

CENTRE, WELFARE, FINANCE = employment.PACKAGE, city.WELFARE, money.PACKAGE


def asked(
    package: str, programme: str, facts: Mapping[str, Any], source: str = "stated", on: date = DAY
) -> ProgrammeAssessed:
    given = {name: {"value": each, "source": source} for name, each in facts.items() if each is not None}
    return assess(load_agency(package).rule_sets[programme], Circumstances.model_validate(given), on)


def actions(advice: ProgrammeAssessed) -> list[tuple[Any, ...]]:
    return [_codes(each) for each in advice.next_actions or ()]


def _codes(each: NextAction) -> tuple[Any, ...]:
    facts = tuple(name.removeprefix("circumstances.") for name in each.facts or ())
    return (each.action.value, *facts, *filter(None, (each.paper, each.agency, each.programme)))


def test_what_is_likely_on_a_clients_word_wants_papers_before_the_referral() -> None:
    advice = asked(CENTRE, "job-seeking-benefit", employment.BENEFIT.usual)
    assert actions(advice) == [
        ("bring-paper", "insured_days", "insurance-record"),
        ("bring-paper", "separation_kind", "separation_date", "separation-certificate"),
        ("refer", "employment-center", "job-seeking-benefit"),
    ]
    assert advice.on_verified_facts is False


@pytest.mark.parametrize(("source", "verified"), [("documented", False), ("verified", True)])
def test_what_is_proved_is_referred_at_once(source: str, *, verified: bool) -> None:
    advice = asked(CENTRE, "job-seeking-benefit", employment.BENEFIT.usual, source)
    assert actions(advice) == [("refer", "employment-center", "job-seeking-benefit")]
    assert advice.on_verified_facts is verified


def test_a_missing_fact_is_asked_for_with_the_paper_that_tells_it() -> None:
    usual = {**employment.BENEFIT.usual, "insured_days": None, "searching": None}
    advice = asked(CENTRE, "job-seeking-benefit", usual)
    assert actions(advice) == [("ask-fact", "insured_days", "insurance-record"), ("ask-fact", "searching")]
    first = (advice.next_actions or ())[0]
    assert first.explanation_ko == "피보험단위기간: 확인하십시오. 고용보험 피보험자격 이력에 나옵니다."
    assert (
        first.explanation_en
        == "Ask for the insured days before separation; the employment insurance record tells it."
    )


def test_a_fact_that_was_not_understood_is_corrected() -> None:
    facts = {"residence_municipality": "미상", "workplace_municipality": "의정부시"}
    assert actions(asked(city.JOBS, "job-counselling", facts)) == [
        ("correct-fact", "residence_municipality", "residence-certificate")
    ]


@pytest.mark.parametrize(
    ("package", "programme", "facts", "expected"),
    [
        (
            CENTRE,
            "employment-support-1",
            {**employment.SUPPORTED, "work_days": 1},
            [
                ("try-programme", "employment-center", "employment-support-1-selective"),
                ("try-programme", "employment-center", "employment-support-2"),
            ],
        ),
        (
            "services.veterans_center",
            "career-change-allowance",
            {"discharge_date": date(2020, 1, 1)},
            [
                ("try-programme", "employment-center", "employment-support-1"),
                ("try-programme", "veterans-center", "veterans-tailored"),
            ],
        ),
        (
            CENTRE,
            "training-card",
            {"employment_status": "civil-servant"},
            [("ask-agency", "employment-center", "training-card")],
        ),
        (WELFARE, "welfare-counselling", {}, [("ask-agency", "city-welfare-team", "welfare-counselling")]),
        (
            WELFARE,
            "case-management",
            {"needs": ["debt-arrears", "work-finding"]},
            [("ask-agency", "city-welfare-team", "case-management")],
        ),
    ],
)
def test_where_to_go_instead(
    package: str, programme: str, facts: Mapping[str, Any], expected: list[tuple[Any, ...]]
) -> None:
    assert actions(asked(package, programme, facts)) == expected


def test_wherever_one_is_sent_there_is_such_a_programme() -> None:
    agencies = [load_agency(package) for package in PACKAGES]
    offered = {f"{agency.id}/{each.id}" for agency in agencies for each in agency.programmes}
    for agency in agencies:
        for programme in agency.programmes:
            for each in programme.rules:
                named = {name if "/" in name else f"{agency.id}/{name}" for name in each.otherwise}
                assert named <= offered - {f"{agency.id}/{programme.id}"} | named & offered, each.id


def test_every_fact_has_a_name_and_every_paper_that_tells_one_too() -> None:
    assert FACT_NAMES.keys() == Circumstances.model_fields.keys()
    assert set(PAPER_OF_FACT.values()) == PAPER_NAMES.keys() <= set(Document)
    assert PAPER_OF_FACT.keys() <= FACT_NAMES.keys()


def test_a_rule_that_raises_or_says_nonsense_is_left_to_the_agency() -> None:
    @rule("시험법 (2026)", "고장", since=date(2026, 1, 1))
    def broken() -> bool:
        """Break."""
        raise KeyError

    @rule("시험법 (2026)", "엉뚱함", since=date(2026, 1, 1))
    def nonsense() -> Any:
        """Say what is no answer."""
        return "yes"

    judged = judge(RuleSet("trial", "trial/1", (broken, nonsense)), Facts({}), DAY)
    assert [each.error for each in judged.failures] == ["KeyError", "str"]
    assert [each.action for each in judged.advice.next_actions or ()] == [Action.ASK_AGENCY]
