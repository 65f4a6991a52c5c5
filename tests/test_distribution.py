"""Tests begin in the order that is meant, and those that share what is dear share a process."""

from itertools import groupby
from pathlib import Path

import pytest

from tests.distribution import JOURNEYS, LONGEST, share_of

ROOT = Path(__file__).parent.parent


def test_every_file_that_is_put_first_exists() -> None:
    assert [file for file in LONGEST if not (ROOT / file).is_file()] == []


def test_the_journeys_share_a_process_and_other_files_have_one_each() -> None:
    assert share_of("tests/journeys/test_killed.py::test_x[a::b]") == JOURNEYS
    assert share_of("tests/journeys/test_demo.py::test_x") == "tests/journeys/test_demo.py"
    assert share_of("tests/kit/test_guards.py::test_x") == "tests/kit/test_guards.py"


def test_no_share_is_split_and_those_without_a_stack_begin_first(
    request: pytest.FixtureRequest,
) -> None:
    items = request.session.items
    begun = [share for share, _ in groupby(share_of(item.nodeid) for item in items)]
    assert len(begun) == len(set(begun))
    dear = {share_of(item.nodeid) for item in items if item.get_closest_marker("stack")} - {JOURNEYS}
    flags = [share in dear for share in begun if share != JOURNEYS]
    assert flags == sorted(flags)
