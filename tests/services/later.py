"""An agency as it may be later: every figure has moved on, and every rule has a stricter version."""

from dataclasses import replace
from datetime import date
from typing import Any

from ieum.agency import Agency, Programme
from ieum.casework.ages import AgeBand
from ieum.casework.conditions import Answer
from ieum.casework.figures import FIRST_VERSION, BySize, FigureValue

LATER = date(2027, 1, 1)


def later(agency: Agency) -> Agency:
    """Return the agency under its next version; its earlier one stays as it was."""
    figures = {
        name: (*rows, *(replace(row, value=_moved(row.value), source="시험", added=LATER) for row in rows))
        for name, rows in agency.figures.items()
    }
    programmes = tuple(_stricter(each) for each in agency.programmes)
    return replace(agency, rule_set=LATER.isoformat(), figures=figures, programmes=programmes)


def _moved(value: FigureValue) -> FigureValue:
    match value:
        case int():
            return value // 2
        case BySize(by_size, further):
            return BySize({size: each // 2 for size, each in by_size.items()}, further)
        case AgeBand(youngest, oldest, extension):
            return AgeBand(youngest + 1, oldest - 1, extension)


def _stricter(programme: Programme) -> Programme:
    old = tuple(replace(each, versions=(FIRST_VERSION, LATER)) for each in programme.rules)
    new = tuple(
        replace(
            each, id=f"{each.id}-later", holds=_never, reads=(), given=frozenset(), versions=(LATER, None)
        )
        for each in programme.rules
    )
    return replace(programme, rules=(*old, *new))


def _never() -> Answer:
    return False


_NEVER: dict[str, Any] = {"holds": _never, "reads": (), "given": frozenset()}
