"""Stored assessments run again by other rules: who flips, by rule, in counts that name nobody."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic_core import from_json, to_json

from ieum.agency import Agency, load_agency
from ieum.casework.eligibility import judge
from ieum.casework.facts import facts_of
from ieum.casework.simulating import Simulation, StoredAssessment
from ieum.casework.values import Referral
from ieum.storage.assessment_rows import PAGE_ROWS, read_assessments
from ieum_contracts.eligibility import EligibilityAssessed, ProgrammeAssessed
from tests.kit.casework.agencies import START, Two, new_id
from tests.kit.casework.database_world import Office, write
from tests.services.later import LATER, later

DAY = date(2026, 9, 1)
WELFARE = load_agency("services.city_welfare_team")
FIGURES_ALONE = replace(later(WELFARE), programmes=WELFARE.programmes)
"""The same rules with figures halved: an income limit of 1,039,158 instead of 2,078,316 won, times a half."""


def requested(income: int, size: int = 4) -> dict[str, Any]:
    facts = {"household_size": size, "recognised_income_monthly": income}
    circumstances = {name: {"value": value, "source": "stated"} for name, value in facts.items()}
    return {"sealed": {"circumstances": circumstances}}


def assessed(income: int, size: int = 4) -> ProgrammeAssessed:
    return judge(WELFARE.rule_sets["livelihood"], facts_of(requested(income, size), DAY), DAY).advice


def simulated(incomes: list[int], agency: Agency = FIGURES_ALONE, erased: int = 0) -> Any:
    simulation = Simulation()
    rule_sets = agency.rules_of_version(LATER.isoformat())
    for income in incomes:
        simulation.add(StoredAssessment(assessed(income), requested(income)), rule_sets)
    for _ in range(erased):
        simulation.add(StoredAssessment(assessed(0), None), rule_sets)
    return simulation.report()


def test_who_flips_is_counted_by_programme_and_by_rule() -> None:
    report = simulated([100_000] * 7 + [2_000_000] * 6 + [9_000_000] * 5, erased=6)
    rule = "recognised-income-within-32-percent: pass -> fail"
    assert report == {
        "compared": 18,
        "erased": 6,
        "programmes": {
            "livelihood": {
                "assessments": 18,
                "flipped": 6,
                "moves": {"unchanged": 12, "likely -> unlikely": 6},
                "flips_by_rule": {rule: 6},
            }
        },
    }


def test_fewer_than_five_are_never_shown_nor_told_by_the_rest() -> None:
    report = simulated([100_000] * 40 + [2_000_000] * 4)
    told = report["programmes"]["livelihood"]
    assert (report["compared"], told["flipped"], told["assessments"]) == (None, None, None)
    assert told["moves"] == {"unchanged": 40, "likely -> unlikely": None}
    assert set(told["flips_by_rule"].values()) == {None}


def test_the_same_rules_flip_nobody() -> None:
    report = simulated([100_000] * 9 + [9_000_000] * 9, WELFARE)
    assert report["programmes"]["livelihood"]["moves"] == {"unchanged": 18}
    assert report["programmes"]["livelihood"]["flips_by_rule"] == {}


def test_rules_of_another_name_and_programmes_without_rules_are_told() -> None:
    told = simulated([100_000] * 5, later(WELFARE))["programmes"]["livelihood"]
    assert told["flips_by_rule"] == {
        "recognised-income-within-32-percent: pass -> absent": 5,
        "recognised-income-within-32-percent-later: absent -> fail": 5,
    }
    simulation = Simulation()
    for _ in range(5):
        simulation.add(StoredAssessment(assessed(0), requested(0)), {})
    told = simulation.report()["programmes"]
    assert isinstance(told, dict)
    assert isinstance(told["livelihood"], dict)
    assert told["livelihood"]["moves"] == {"unchanged": 0, "likely -> no-rules": 5}


def stored(income: int, at: datetime, *, erased: bool = False) -> Referral:
    two = Two()
    two.refer()
    two.deliver()
    asked = from_json(two.at_recipient.asked)
    details = from_json(two.at_recipient.sealed or b"{}") | requested(income)["sealed"]
    body = EligibilityAssessed(programmes=(assessed(income),))
    return replace(
        two.at_recipient,
        id=new_id(),
        created_at=at,
        asked=to_json(asked),
        sealed=None if erased else to_json(details),
        assessment=body.model_dump_json(exclude_none=True).encode(),
    )


@pytest.mark.stack
async def test_what_is_stored_of_a_period_is_read_page_by_page(api_context: Office) -> None:
    first = START + timedelta(days=1_000)
    many = [stored(100_000, first + timedelta(seconds=number)) for number in range(PAGE_ROWS + 1)]
    outside = [stored(1, first - timedelta(seconds=1)), stored(1, first + timedelta(days=1))]
    gone = stored(2, first + timedelta(hours=1), erased=True)
    async with api_context.database.acquire() as connection, connection.transaction():
        await write(connection, api_context, *many, *outside, gone)
    async with api_context.database.acquire() as connection:
        pages = [page async for page in read_assessments(connection, first, first + timedelta(days=1))]
    assert [len(page) for page in pages] == [PAGE_ROWS, 2]
    found = [each for page in pages for each in page]
    assert [each.requested is None for each in found] == [False] * (PAGE_ROWS + 1) + [True]
    assert found[0].assessed == assessed(100_000)
    assert found[0].requested is not None
    assert facts_of(found[0].requested, DAY).values["recognised_income_monthly"] == 100_000
