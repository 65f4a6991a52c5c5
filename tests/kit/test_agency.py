"""What an agency may declare, what it publishes, and how it is found by the name of its package."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ieum.agency import Agency, DeclarationError, Names, Programme, load_agency, published
from ieum.casework.conditions import Answer, Missing, at_least
from ieum.casework.eligibility import rule
from ieum_contracts.codes import SubjectKind

NAME = Names("시험", "Trial")


@rule("시험법 1조 (2026)", "피보험단위기간 180일 이상", since=date(2026, 1, 1))
def insured(*, insured_days: int | Missing) -> Answer:
    """At least 180 insured days."""
    return at_least(insured_days, 180)


TRIAL = Programme("trial", NAME, Names("시험 사업", "A trial"), rules=(insured,))
CENTRE = Agency("trial-center", NAME, (TRIAL,), rule_set="2026-11")


@pytest.mark.parametrize(
    ("declare", "sentence"),
    [
        (lambda: Agency("Trial Center", NAME, (TRIAL,), "1"), "The agency id 'Trial Center' is none"),
        (lambda: Agency("trial-center", NAME, (), "1"), "offers nothing: declare at least one programme"),
        (
            lambda: Agency("trial-center", NAME, (TRIAL, TRIAL), "1"),
            "The agency trial-center lists the programme trial twice",
        ),
        (lambda: replace(TRIAL, id="trial--one"), "The programme id 'trial--one' is none"),
        (lambda: replace(TRIAL, id="t" * 41), "at most 40 characters"),
        (
            lambda: replace(TRIAL, rules=(insured, insured)),
            "The programme trial lists the rule insured twice",
        ),
        (lambda: replace(TRIAL, extra_items=("contact.fax",)), "asks for the item contact.fax"),
        (lambda: replace(TRIAL, retention_days=1826), "The programme trial keeps details 1 to 1825 days"),
    ],
)
def test_a_declaration_that_cannot_be_served_is_refused_with_the_next_step(
    declare: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(DeclarationError, match=sentence):
        declare()


def test_an_agency_publishes_its_programmes_with_rules_and_items() -> None:
    (body,) = published(CENTRE, 3)
    assert (body.programme, body.version, body.rule_set) == ("trial", 3, "trial-center/2026-11")
    assert (body.name_ko, body.summary_en, body.subjects) == ("시험", "A trial", (SubjectKind.PERSON,))
    assert [(each.rule, each.facts) for each in body.rules] == [("insured", ("circumstances.insured_days",))]
    assert body.items[-1] == "circumstances.insured_days"


def test_a_programme_without_rules_publishes_no_version_of_rules() -> None:
    bare = replace(CENTRE, programmes=(replace(TRIAL, rules=()),))
    assert published(bare, 1)[0].rule_set is None


def test_a_programme_asks_only_for_what_its_purpose_needs() -> None:
    person = replace(TRIAL, extra_items=("circumstances.job_wanted",)).items
    employer = replace(TRIAL, subject=SubjectKind.EMPLOYER, rules=()).items
    facts = {item for item in person if item.startswith("circumstances.")}
    assert facts == {"circumstances.job_wanted", "circumstances.insured_days"}
    assert not any(item.startswith(("client.", "contact.", "circumstances.")) for item in employer)


@pytest.mark.parametrize(
    ("package", "sentence"),
    [
        ("nowhere_center", "There is no module nowhere_center.agency"),
        ("services.nowhere_center", "There is no module services.nowhere_center.agency"),
        ("empty_center", "The module empty_center.agency declares no AGENCY"),
    ],
)
def test_a_package_that_declares_no_agency_is_named(
    package: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty_center").mkdir()
    (tmp_path / "empty_center" / "agency.py").write_text('"""Nothing."""\n')
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(DeclarationError, match=sentence):
        load_agency(package)


def test_a_mistake_inside_an_agency_is_shown_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_center").mkdir()
    (tmp_path / "broken_center" / "agency.py").write_text('"""Broken."""\nimport nobody_wrote_this\n')
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(ModuleNotFoundError, match="nobody_wrote_this"):
        load_agency("broken_center")
