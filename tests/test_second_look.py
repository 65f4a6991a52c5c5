"""A test that fails once is run again alone and named; what fails twice, or too often, has failed."""

from pathlib import Path

import pytest

from tests.second_look import AGAIN_MAX, FAILED, main

ONCE = """
from pathlib import Path

def test_once():
    seen = Path(__file__).with_suffix(".seen")
    again = seen.exists()
    seen.touch()
    assert again
"""
ALWAYS = "def test_always():\n    assert False\n"
NEVER = "def test_never():\n    pass\n"


def written(folder: Path, *tests: str) -> list[str]:
    """Write tests, a file each, and return the arguments that run them."""
    for number, text in enumerate(tests):
        (folder / f"test_{number}.py").write_text(text, encoding="utf-8")
    return ["-q", "--rootdir", str(folder), "-c", str(folder / "pytest.ini"), str(folder)]


@pytest.fixture(autouse=True)
def settings(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n", encoding="utf-8")


def test_what_fails_once_passes_and_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(written(tmp_path, ONCE, NEVER)) == 0
    told = capfd.readouterr().out
    assert "1 failed, 1 passed" in told
    assert told.rstrip().endswith("so that a fault is left to be mended:\ntest_0.py::test_once")


@pytest.mark.parametrize(
    "tests", [(ALWAYS, NEVER), (ONCE, ALWAYS), (ONCE,) * (AGAIN_MAX + 1)], ids=["always", "both", "many"]
)
def test_what_fails_twice_or_too_often_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tests: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(written(tmp_path, *tests)) == FAILED


def test_no_test_at_all_stays_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(written(tmp_path)) == 5
