"""The published files are fresh, the package stands on pydantic alone, and its surface is the one agreed."""

import ast
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from types import ModuleType

import pytest

from ieum_contracts import codes
from ieum_contracts.codes import Decision, Reason
from ieum_contracts.generate import documents, main, stale
from tests.contracts.golden import CONTRACTS, read

PACKAGE = CONTRACTS / "ieum_contracts"
SURFACE = {
    "address": "Address AgencyId CentreId ProgrammeId",
    "catalogue": "EVENT_TYPES MODEL_OF_ASK MODEL_OF_DECISION EventType Invalid NotUnderstood Party ask_of "
    "dataschema_of decision_of decode encode type_of",
    "envelope": "CONTENT_TYPE NAMES OPTIONAL SEQUENCE_MAX SPECVERSION Envelope EnvelopeError canonical "
    "digest from_canonical read schema_version write",
    "identifier_scan": "Identifier contains_identifier identifier_in places",
    "message": "Event Say",
    "topics": "Family Grant Topic console_login grants login centre_topic topic_of topics STREAM_FAMILIES",
}
CODES = {
    "Outcome": "service-provided enrolled enrolled-waitlist employed training-started loan-approved "
    "debt-adjustment-started benefit-granted attended information-only partially-met not-met assessed",
    "Reason": "not-eligible no-capacity wrong-service out-of-area duplicate already-receiving "
    "insufficient-information documents-missing cannot-contact client-declined no-show-repeated "
    "needs-met-elsewhere found-work moved deceased safety-risk no-suitable-appointment consent-invalid "
    "consent-withdrawn programme-not-offered items-not-allowed funds-exhausted entered-in-error "
    "recipient-silent other",
    "State": "requested received info-requested waitlisted accepted in-progress on-hold completed failed "
    "closed declined redirected cancelled withdrawn expired",
    "LegalBasis": "ssba-16-2-referral ssba-15-4-minimum statute-15-1-2 public-duty-15-1-3 vital-15-1-5 "
    "jobseeker-13-3",
    "SubStatus": "contacted scheduled no-show appointment-cancelled interim-report",
}


def test_the_published_files_are_fresh() -> None:
    assert stale() == []
    assert main(["--check"]) == 0


def _descriptions(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        yield from (
            document[name] for name in ("summary", "description") if isinstance(document.get(name), str)
        )
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from _descriptions(each)


def test_a_description_is_the_same_whichever_python_made_it() -> None:
    """Python 3.13 takes the indentation out of docstrings by itself, older ones do not."""
    for name in ("asyncapi.json", "codes.json"):
        found = list(_descriptions(json.loads(documents()[name])))
        assert len(found) > 20
        assert [text for text in found if text != cleandoc(text)] == []


def test_a_stale_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stale(tmp_path) == sorted(documents())
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "left-over.json").write_text("{}")
    assert "schemas/left-over.json" in stale(tmp_path)
    assert capsys.readouterr().err == ""


def test_the_package_needs_pydantic_alone() -> None:
    allowed = {*sys.stdlib_module_names, "pydantic", "pydantic_core", "ieum_contracts"}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names = [node.module or ""]
            assert {name.split(".")[0] for name in names} <= allowed, path


@pytest.mark.parametrize("name", sorted(SURFACE))
def test_the_public_surface_is_the_one_agreed(name: str) -> None:
    module: ModuleType = import_module(f"ieum_contracts.{name}")
    agreed = set(SURFACE[name].split())
    assert agreed <= set(vars(module))
    exported = getattr(module, "__all__", None)
    if exported is not None:
        assert set(exported) == agreed


def test_a_reason_is_used_somewhere_and_a_required_one_can_be_given() -> None:
    used = set().union(*codes.REASONS_OF_DECISION.values(), *codes.REASONS_OF_ASK.values())
    assert used == set(Reason) - {Reason.CONSENT_WITHDRAWN}  # `referral.withdrawn` says it by its type
    assert codes.REASONS_OF_DECISION.keys() >= codes.REASON_REQUIRED
    assert codes.REASONS_OF_DECISION[Decision.DECLINED] > codes.REASONS_ON_RECEIPT
    with_other = {Decision.DECLINED, Decision.REDIRECTED, Decision.FAILED, Decision.HELD, Decision.CANCELLED}
    assert all(Reason.OTHER in codes.REASONS_OF_DECISION[decision] for decision in with_other)


@pytest.mark.parametrize("name", sorted(CODES))
def test_the_codes_are_the_ones_agreed(name: str) -> None:
    assert read(CONTRACTS / "codes.json")["codes"][name]["values"] == CODES[name].split()
