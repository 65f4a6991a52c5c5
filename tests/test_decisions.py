"""The list of decisions names each record by its number and its title."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "docs" / "decisions"
LIST = (FOLDER / "README.md").read_text(encoding="utf-8")
RECORDS = sorted(FOLDER.glob("0*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_is_listed_under_its_title(record: Path) -> None:
    [first] = re.findall(r"\A# (.+)", record.read_text(encoding="utf-8"))
    number, title = first.split(". ", 1)
    assert int(number) == int(record.name[:4])
    assert f"| {number} | [{title}]({record.name}) |" in LIST


def test_nothing_else_is_listed() -> None:
    assert len(re.findall(r"^\| \d+ \|", LIST, flags=re.MULTILINE)) == len(RECORDS)
