"""A table as CSV: read back as it was, and inert in a spreadsheet, whatever stands in a cell."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from ieum.api.http.csv_answer import FORMULA_BEGINS, Format, csv_answer, wants_csv

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@\t\r\n\",'"), max_size=8)


@given(st.lists(st.tuples(TEXT, st.integers() | st.none(), st.booleans()), max_size=5))
def test_no_cell_begins_as_a_formula_and_all_is_read_back(
    rows: list[tuple[str, int | None, bool]],
) -> None:
    answer = csv_answer("x", ("text", "number", "flag"), rows)
    head, *read = csv.reader(bytes(answer.body).decode().splitlines(keepends=True))
    assert head == ["text", "number", "flag"]
    assert len(read) == len(rows)
    for (text, number, flag), found in zip(rows, read, strict=True):
        assert not found[0].startswith(FORMULA_BEGINS)
        assert found[0] in {text, f"'{text}"}
        assert found[1:] == ["" if number is None else str(number), "yes" if flag else "no"]


@pytest.mark.parametrize(
    ("accept", "wanted", "is_csv"),
    [
        ("*/*", None, False),
        ("text/csv", None, True),
        ("text/*", None, True),
        ("text/csv, application/json", None, False),
        ("text/csv, application/json;q=0.5", None, True),
        ("text/csv;q=0.4, */*;q=0.1", None, True),
        ("text/csv;q=x, application/json;q=0.1", None, False),
        ("application/json", Format.CSV, True),
        ("text/csv", Format.JSON, False),
    ],
)
def test_the_parameter_decides_before_accept(accept: str, wanted: Format | None, is_csv: bool) -> None:
    request = Request({"type": "http", "headers": [(b"accept", accept.encode())]})
    assert wants_csv(request, wanted) is is_csv
