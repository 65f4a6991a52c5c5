"""The page on where to change what names files and tests that exist, for ten changes."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "where-to-change.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
NAMED = sorted(set(re.findall(r"`([\w.*-]+(?:/[\w.*-]+)+)`", PAGE)))
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", PAGE)))


def defined(test: str) -> bool:
    """Whether a test of this name stands in its file; nothing is run."""
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        return False
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return any(
        isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name for each in tree.body
    )


def test_there_are_ten_changes_each_with_files_and_the_test_that_fails_first() -> None:
    assert [section.split(".")[0] for section in SECTIONS] == [str(number) for number in range(1, 11)]
    for section in SECTIONS:
        assert re.search(r"(?s)Fails first.*?`tests/[\w/]+\.py::\w+`", section), section[:40]
        assert re.search(r"`(?:contracts|services|docs|infra)/", section) or "_log.error" in section, section[
            :40
        ]


@pytest.mark.parametrize("named", NAMED)
def test_a_file_on_the_page_exists(named: str) -> None:
    assert any(ROOT.glob(named))


@pytest.mark.parametrize("test", TESTS)
def test_a_test_on_the_page_exists(test: str) -> None:
    assert defined(test)


def test_a_test_that_is_gone_is_found() -> None:
    assert not defined("tests/test_where_to_change.py::test_that_never_was")
    assert not defined("tests/test_gone.py::test_a_file_on_the_page_exists")


def test_the_readme_leads_to_the_page() -> None:
    assert "(docs/where-to-change.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
