"""What holds for every agency's folder: its shape, its programmes, and rules that read what they declare."""

import ast
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest

from ieum.agency import load_agency, published
from ieum.casework.conditions import Answer, Missing, Places
from ieum.casework.eligibility import SENSITIVE, Rule, RuleSet, assess, judge
from ieum.casework.facts import Facts
from ieum_contracts.catalogue import dataschema_of, decode, encode, type_of
from ieum_contracts.circumstances import Circumstances, MunicipalityFact
from ieum_contracts.eligibility import Likelihood, RuleResult
from ieum_contracts.model import models_in
from tests.services.asking import DAY, PACKAGES, ROOT

FILES = ("agency.py", "eligibility.py", "programmes.py")
FIGURES = "figures.py"
"""The table of the numbers that the rules read, where they read any."""
FILE_LINES_MAX = 150
MORE_RULES = {
    "employment_center": ("employment_support.py", "support_exclusions.py"),
    "microfinance_center": ("loans.py",),
}
WORDS = (
    "ages.py",
    "conditions.py",
    "figures.py",
    "facts.py",
    "municipality_names.py",
    "municipality_codes.py",
    "romanised.py",
)
"""Where else a change can make a rule answer otherwise than it did."""
RULE_SETS = Path(__file__).with_name("rule_sets.json")

PROGRAMMES = {
    "employment-center": (
        "job-seeking-benefit employment-support-1 employment-support-1-selective employment-support-2 "
        "training-card re-employment-support"
    ),
    "women-reemployment-center": "women-counselling women-training women-internship",
    "microfinance-center": (
        "debt-adjustment-prompt debt-adjustment-pre debt-adjustment-individual sunshine-special "
        "sunshine-youth sunshine-bank smile-microcredit"
    ),
    "veterans-center": "career-change-allowance veterans-employment veterans-tailored",
    "city-job-center": "job-counselling job-fair job-programme job-placement hiring-support",
    "city-welfare-team": (
        "welfare-counselling case-management livelihood medical housing education emergency-relief "
        "local-resources self-reliance"
    ),
}


class Recorder(dict[str, object]):
    """Facts of which none is known, and which note what they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: object = None) -> object:
        """Note the fact's name."""
        self.asked.add(name)
        return default


def folder_of(package: str) -> Path:
    return ROOT.joinpath(*package.split("."))


def rules() -> Iterator[Rule]:
    seen: dict[str, Rule] = {}
    for package in PACKAGES:
        for programme in load_agency(package).programmes:
            seen |= {each.id: each for each in programme.rules}
    yield from seen.values()


def test_the_centre_lists_exactly_the_folders_that_declare_an_agency() -> None:
    centre = tomllib.loads((ROOT / "infra" / "centre.toml").read_text(encoding="utf-8"))
    declared = {f"services.{path.parent.name}" for path in (ROOT / "services").glob("*/agency.py")}
    assert set(centre["agencies"].values()) == declared == set(PACKAGES)
    for agency_id, package in centre["agencies"].items():
        assert load_agency(package).id == agency_id == package.partition(".")[2].replace("_", "-")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_has_the_same_few_short_files(package: str) -> None:
    folder = folder_of(package)
    names = {path.name for path in folder.iterdir() if path.name not in {"__pycache__", "py.typed"}}
    assert names - {FIGURES} == {*FILES, *MORE_RULES.get(folder.name, ())}
    assert (FIGURES in names) is bool(load_agency(package).figures)
    for path in folder.glob("*.py"):
        assert path.read_text(encoding="utf-8").count("\n") <= FILE_LINES_MAX, path.name


@pytest.mark.parametrize("package", PACKAGES)
def test_an_agency_imports_declarations_rules_and_contracts_alone(package: str) -> None:
    allowed = (
        "ieum.agency",
        "ieum.casework",
        "ieum_contracts",
        package,
        "datetime",
        "functools",
        "collections",
    )
    for path in folder_of(package).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Import), path
            if isinstance(node, ast.ImportFrom):
                assert any(f"{node.module}.".startswith(f"{name}.") for name in allowed), (path, node.module)


@pytest.mark.parametrize("package", PACKAGES)
def test_an_agency_offers_the_programmes_of_the_agreement(package: str) -> None:
    agency = load_agency(package)
    assert [programme.id for programme in agency.programmes] == PROGRAMMES[agency.id].split()
    assert any(programme.rules for programme in agency.programmes)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_an_agency_publishes_is_understood_by_the_others(package: str) -> None:
    for body in published(load_agency(package), 1):
        assert decode(type_of(body), dataschema_of(body), encode(body)) == body


@pytest.mark.parametrize("package", PACKAGES)
def test_a_rule_without_facts_does_not_guess(package: str) -> None:
    for programme, rule_set in load_agency(package).rule_sets.items():
        result = assess(rule_set, Circumstances(), DAY)
        assert result.likelihood is Likelihood.NEEDS_INFO, programme
        assert all(each.result is RuleResult.UNKNOWN and not each.cause for each in result.rules), programme
        asked = {item.partition(".")[2] for each in result.rules for item in each.missing}
        assert (result.cause == "facts-missing") is bool(asked), programme
        assert not asked & SENSITIVE, programme


@pytest.mark.parametrize("each", list(rules()), ids=lambda each: each.id)
def test_a_rule_reads_only_the_facts_that_it_declares(each: Rule) -> None:
    recorder = Recorder()
    judge(RuleSet("trial", "trial/1", (each,)), Facts(recorder), each.valid_from)
    assert recorder.asked == set(each.reads)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_programme_may_be_told_every_fact_that_its_rules_read(package: str) -> None:
    for programme in load_agency(package).programmes:
        read = {f"circumstances.{name}" for each in programme.rules for name in each.reads}
        assert read <= set(programme.items)


@pytest.mark.parametrize("each", list(rules()), ids=lambda each: each.id)
def test_a_rule_takes_its_facts_as_circumstances_give_them(each: Rule) -> None:
    hints = get_type_hints(each.holds)
    assert hints["return"] == Answer
    for name in each.reads:
        assert hints[name] == _value_of(name) | Missing, name


@pytest.mark.parametrize("each", list(rules()), ids=lambda each: each.id)
def test_a_rule_names_its_law_and_year_and_explains_itself(each: Rule) -> None:
    assert re.search(r"[가-힣].* \(.*20[0-9]{2}.*\)$", each.citation)
    assert re.search(r"[가-힣]", each.ko)
    assert re.search(r"[A-Za-z].*\.$", each.en)


@pytest.mark.parametrize("package", PACKAGES)
def test_rules_do_not_change_without_a_new_name_of_their_version(package: str) -> None:
    agency = load_agency(package)
    pinned = json.loads(RULE_SETS.read_text(encoding="utf-8"))
    digest = _digest(package)
    assert pinned.get(f"{agency.id}/{agency.rule_set}") == digest, (
        f"The rules of {agency.id} have changed: give rule_set in its agency.py a new name, so that what was "
        f"assessed before can be told apart, and add the digest {digest} under it to {RULE_SETS.name}."
    )


def _value_of(fact: str) -> Any:
    (model,) = models_in(Circumstances.model_fields[fact].annotation)
    if model is MunicipalityFact:
        return Places
    value = model.model_fields["value"].annotation
    return get_args(value)[0] if get_origin(value) is Annotated else value


def _digest(package: str) -> str:
    words = ROOT / "services" / "kit" / "ieum" / "casework"
    names = ("eligibility.py", FIGURES, *MORE_RULES.get(folder_of(package).name, ()))
    own = [path for name in names if (path := folder_of(package) / name).is_file()]
    paths = [*(words / name for name in WORDS), *own]
    text = "".join("".join(path.read_text(encoding="utf-8").split()) for path in paths)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
