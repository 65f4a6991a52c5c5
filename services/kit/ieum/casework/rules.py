"""Rules as data, each with a pure function, its place in the law and its days in force."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ieum.casework.conditions import Answer
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.codes import ProgrammeKind

FACTS = frozenset(Circumstances.model_fields)
DAY_PARAMETER = "on"


class Confidence(StrEnum):
    """How sure the published source of a rule is; a rule of low confidence never makes `unlikely`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of a programme, its citation, and the days on which it is in force.

    `holds` is pure: its parameters are the facts that it reads (fields of `Circumstances`, as bare values,
    `Missing` where a fact is not known, places as `Places`) and `on`, the day, where it needs it.
    """

    id: str
    citation: str
    valid_from: date
    valid_to: date | None
    confidence: Confidence
    ko: str
    en: str
    holds: Callable[..., Answer]
    reads: tuple[str, ...]
    dated: bool

    def in_force(self, on: date) -> bool:
        """Whether the rule is in force on a day, first and last day included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one programme under the version that an assessment names."""

    programme: str
    version: str
    rules: tuple[Rule, ...]
    discretionary: bool = False
    kind: ProgrammeKind = ProgrammeKind.SERVICE


def rule(
    citation: str,
    ko: str,
    *,
    since: date,
    until: date | None = None,
    confidence: Confidence = Confidence.HIGH,
) -> Callable[[Callable[..., Answer]], Rule]:
    """Make a rule of a pure function: its name is the rule's id, its docstring explains the rule in English.

    `citation` names the law and its year, `ko` explains in Korean, `since` and `until` are the first and last
    day in force. Raises ValueError when the function has no docstring or reads what `Circumstances` has not.
    """

    def made(holds: Callable[..., Answer]) -> Rule:
        parameters = inspect.signature(holds).parameters
        reads = tuple(name for name in parameters if name != DAY_PARAMETER)
        rule_id = holds.__name__.replace("_", "-")
        _check(rule_id, holds, reads)
        return Rule(
            id=rule_id,
            citation=citation,
            valid_from=since,
            valid_to=until,
            confidence=confidence,
            ko=ko,
            en=(holds.__doc__ or "").partition("\n")[0],
            holds=holds,
            reads=reads,
            dated=DAY_PARAMETER in parameters,
        )

    return made


def _check(rule_id: str, holds: Callable[..., Answer], reads: tuple[str, ...]) -> None:
    strangers = sorted(set(reads) - FACTS)
    if strangers:
        raise ValueError(
            f"The rule {rule_id} reads {', '.join(strangers)}, which Circumstances does not have: "
            "name its parameters after the fields of ieum_contracts.client.Circumstances."
        )
    if not holds.__doc__:
        raise ValueError(f"The rule {rule_id} has no docstring: say in its first line what it asks for.")
