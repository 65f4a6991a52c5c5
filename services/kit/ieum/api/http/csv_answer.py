"""Answers as CSV (RFC 4180) for those who ask for it; no cell is taken for a formula by a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from enum import StrEnum
from io import StringIO

from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPE = "text/csv"
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
ACCEPTS_MAX = 16


class Format(StrEnum):
    """How a table is given."""

    JSON = "json"
    CSV = "csv"


def wants_csv(request: Request, wanted: Format | None) -> bool:
    """Whether a table is to be CSV: by the parameter `format`, else if Accept prefers it to JSON."""
    if wanted is not None:
        return wanted is Format.CSV
    accepted = ", ".join(request.headers.getlist("accept")).lower()
    weights = dict(_weight(entry) for entry in accepted.split(",")[:ACCEPTS_MAX])
    as_json = max(weights.get(each, 0.0) for each in ("application/json", "application/*", "*/*"))
    return max(weights.get(each, 0.0) for each in (MEDIA_TYPE, "text/*")) > as_json


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a table as a file to be saved under this name."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.getvalue(), 200, headers, MEDIA_TYPE)


def _inert(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(FORMULA_BEGINS):
        return f"'{cell}"
    return "yes" if cell is True else "no" if cell is False else cell


def _weight(entry: str) -> tuple[str, float]:
    media_type, *parameters = (part.strip() for part in entry.split(";"))
    weights = [each.partition("=")[2] for each in parameters if each.replace(" ", "").startswith("q=")]
    try:
        return media_type, float(weights[0]) if weights else 1.0
    except ValueError:
        return media_type, 0.0
