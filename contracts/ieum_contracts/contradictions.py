"""Facts that cannot both be so: each is refused where the later of the two stands in the contract."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A fact, an earlier one that it must agree with, and the rule in words; no rule names a value."""

    fact: str
    other: str
    contradicts: Callable[[Any, Any], bool]
    rule: str


def _below(value: Any, other: Any) -> bool:
    return bool(value < other)


def _above(value: Any, other: Any) -> bool:
    return bool(value > other)


def _work_of_none(never_worked: bool, amount: Any) -> bool:  # noqa: FBT001 - both are values of facts
    return never_worked and amount != 0


def _years_of_none(years_left: int, student: bool) -> bool:  # noqa: FBT001 - the same
    return years_left > 0 and not student


_NEVER_WORKED = "Whoever has never worked (`never_worked`) has no insured days, work days, work hours or end."
CONTRADICTIONS = (
    Contradiction(
        "own_income_monthly",
        "household_income_monthly",
        _above,
        "The own income is at most that of the household (`household_income_monthly`), which includes it.",
    ),
    Contradiction(
        "separation_date", "birth_date", _below, "A job does not end before the birth (`birth_date`)."
    ),
    Contradiction(
        "discharge_date", "birth_date", _below, "A discharge is not before the birth (`birth_date`)."
    ),
    Contradiction(
        "student_years_left", "student", _years_of_none, "Only a student (`student`) has years left to study."
    ),
    *(
        Contradiction("never_worked", other, _work_of_none, _NEVER_WORKED)
        for other in ("insured_days", "work_days", "work_hours", "separation_date")
    ),
)
"""Contradictions between two facts; the days of a benefit and of a loan are checked where they stand."""
CONTRADICTED = tuple(dict.fromkeys(each.fact for each in CONTRADICTIONS))


def check(name: str, value: Any, known: Mapping[str, Any]) -> None:
    """Raise ValueError with the rule when a fact contradicts one that was read before it."""
    for each in CONTRADICTIONS:
        other = known.get(each.other) if each.fact == name else None
        if other is not None and each.contradicts(value, other.value):
            raise ValueError(each.rule)


def check_period(first: Any, last: Any, rule: str) -> None:
    """Raise ValueError with the rule when what has a first and a last day ends before it begins."""
    if first is not None and last is not None and last < first:
        raise ValueError(rule)
