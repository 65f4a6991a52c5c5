"""An old assessment run again gives the same bytes, after figures and rules have moved on."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ieum.agency import Agency, DeclarationError, load_agency
from ieum.casework.facts import facts_in
from ieum.casework.replaying import replay, version_of
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.eligibility import EligibilityAssessed, Likelihood, ProgrammeAssessed
from tests.services.asking import PACKAGES
from tests.services.later import LATER, later

STORED = Path(__file__).with_name("replays.json")
"""Assessments as they were stored: only ever added to. One that comes out otherwise is a broken promise."""
AGENCIES = {agency.id: agency for agency in map(load_agency, PACKAGES)}


def stored() -> Iterator[tuple[str, Mapping[str, Any], str]]:
    for each in json.loads(STORED.read_text(encoding="utf-8")):
        yield each["agency"], each["circumstances"], each["assessed"]


def replayed(agency: Agency, circumstances: Mapping[str, Any], text: str) -> str:
    before = ProgrammeAssessed.model_validate_json(text)
    facts = facts_in(Circumstances.model_validate(circumstances), before.as_of)
    after = replay(before, facts, agency.rules_of_version)
    assert after is not None
    body = EligibilityAssessed(programmes=(after,))
    assert EligibilityAssessed.model_validate_json(body.model_dump_json()) == body
    return after.model_dump_json(exclude_none=True)


def test_every_programme_and_likelihood_was_stored() -> None:
    found = [ProgrammeAssessed.model_validate_json(text) for _, _, text in stored()]
    offered = {each.id for agency in AGENCIES.values() for each in agency.programmes}
    assert {each.programme for each in found} == offered
    assert {each.likelihood for each in found} == set(Likelihood)


@pytest.mark.parametrize("now", [lambda agency: agency, later], ids=["today", "later"])
def test_what_was_stored_comes_out_again_byte_for_byte(now: Any) -> None:
    agencies = {name: now(agency) for name, agency in AGENCIES.items()}
    for agency, circumstances, text in stored():
        assert replayed(agencies[agency], circumstances, text) == text


def test_the_later_version_answers_otherwise_and_names_itself() -> None:
    agencies = {name: later(agency) for name, agency in AGENCIES.items()}
    assert {each.rule_set for each in agencies.values()} == {LATER.isoformat()}
    for agency, circumstances, text in stored():
        before = ProgrammeAssessed.model_validate_json(text)
        if before.likelihood is Likelihood.LIKELY:
            named = before.model_copy(update={"rule_set": f"{agency}/{LATER}"})
            after = ProgrammeAssessed.model_validate_json(
                replayed(agencies[agency], circumstances, named.model_dump_json())
            )
            assert version_of(after) == LATER.isoformat()
            weak = before.programme == "smile-microcredit"  # a rule of a weak source never makes unlikely
            assert after.likelihood is (Likelihood.NEEDS_INFO if weak else Likelihood.UNLIKELY)


@pytest.mark.parametrize("version", ["2026-11", "2026-11.2", "2026-11-27", "", "yesterday"])
def test_a_version_that_is_not_kept_is_refused_with_the_first_that_is(version: str) -> None:
    for agency in AGENCIES.values():
        with pytest.raises(DeclarationError, match="name a day from 2026-11-28 on"):
            agency.rules_of_version(version)


def test_a_figure_of_a_later_version_is_unknown_to_the_earlier_one() -> None:
    agency = later(AGENCIES["city-welfare-team"])
    (before,) = agency.rules_of_version("2026-11-28")["livelihood"].rules
    (after,) = agency.rules_of_version("2027-01-01")["livelihood"].rules
    assert (before.id, after.id) == (
        "recognised-income-within-32-percent",
        "recognised-income-within-32-percent-later",
    )
    assert agency.rules_of_version("2026-12-31")["livelihood"].as_of == date(2026, 12, 31)
