"""The list of mutants does not rot: each changes what stands once in its file, and names tests that exist."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.every import MUTANTS
from tests.mutants.mutant import ROOT, Mutant
from tests.mutants.of_casework import OF_CASEWORK
from tests.mutants.running import Fate, _result

MUTANTS_MIN, EXPLAINED_MAX = 60, 0.05
DOCUMENT = ROOT / "docs/mutants.md"


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=lambda mutant: mutant.name)
def test_a_mutant_changes_what_stands_once_in_its_file_and_is_still_python(mutant: Mutant) -> None:
    text = (ROOT / mutant.path).read_text(encoding="utf-8")
    broken = mutant.of(text)
    assert broken != text
    ast.parse(broken)
    assert mutant.tests
    for test in mutant.tests:
        path, _, name = test.partition("::")
        assert not name or f"def {name}(" in Path(ROOT, path).read_text(encoding="utf-8")
        assert (ROOT / path).is_file(), path


def test_no_mutant_dies_of_a_name_that_is_not_there(tmp_path: Path) -> None:
    """It would be killed by any test that comes by, and say nothing of the one that is meant."""
    for mutant in MUTANTS.values():
        broken = mutant.of((ROOT / mutant.path).read_text(encoding="utf-8"))
        (tmp_path / f"{mutant.name}.py").write_text(broken, encoding="utf-8")
    ruff = Path(sys.executable).with_name("ruff")
    command: list[str | Path] = [ruff, "check", "--isolated", "--no-cache", "--select", "F821", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_mutant_whose_text_has_changed_is_not_applied_silently() -> None:
    with pytest.raises(LookupError, match="exactly once"):
        OF_CASEWORK[0].of("def something_else() -> None: ...")


def test_there_are_enough_and_few_may_survive() -> None:
    assert len(MUTANTS) >= MUTANTS_MIN
    assert sum(bool(each.survives) for each in MUTANTS.values()) <= EXPLAINED_MAX * len(MUTANTS)


def test_the_document_tells_of_every_mutant_and_of_no_other() -> None:
    rows = [line.split(" | ") for line in DOCUMENT.read_text(encoding="utf-8").splitlines()]
    told = {row[0].removeprefix("| "): row[2] for row in rows if len(row) == 4}
    assert {name for name, fate in told.items() if fate in set(Fate)} == set(MUTANTS)
    explained = {name for name, fate in told.items() if fate == Fate.EXPLAINED}
    tried = [each for each in MUTANTS.values() if told[each.name] != Fate.UNTRIED]
    assert explained == {each.name for each in tried if each.survives}


@pytest.mark.parametrize(
    ("code", "fate"), [(None, Fate.KILLED), (1, Fate.KILLED), (0, Fate.SURVIVED), (2, Fate.UNTRIED)]
)
def test_only_a_test_that_fails_or_hangs_kills(code: int | None, fate: Fate) -> None:
    found = _result(OF_CASEWORK[0], code, "FAILED tests/x.py::test_one - no\n", 1.0)
    assert found.fate is fate
