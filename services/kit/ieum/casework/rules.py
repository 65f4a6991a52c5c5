"""Rules as data, each with a pure function, its place in the law and its days in force."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from ieum.casework.conditions import Answer
from ieum.casework.figures import FIRST_VERSION, Confidence, FigureTable
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.codes import ProgrammeKind

FACTS = frozenset(Circumstances.model_fields)
DAY_PARAMETER, FIGURES_PARAMETER = "on", "figures"
GIVEN = frozenset({DAY_PARAMETER, FIGURES_PARAMETER})
"""What a rule may be given besides facts."""
Versions = tuple[date, date | None]
ALL_VERSIONS: Versions = (FIRST_VERSION, None)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One condition of a programme, its citation, and the days on which it is in force.

    `holds` is pure: its parameters are the facts that it reads (fields of `Circumstances`, as bare values,
    `Missing` where a fact is not known, places as `Places`), and where needed `on`, the day, and `figures`.
    `otherwise` names programmes to try where it fails. `versions` are the version of the rules with which it
    came in and the one that has it no more, None while it stays.
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
    given: frozenset[str]
    otherwise: tuple[str, ...] = ()
    versions: Versions = ALL_VERSIONS

    def in_force(self, on: date) -> bool:
        """Whether the rule is in force on a day, first and last day included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def in_version(self, version: date | None) -> bool:
        """Whether a version of the rules has it; None is the newest one."""
        added, dropped = self.versions
        if version is None:
            return dropped is None
        return added <= version and (dropped is None or version < dropped)


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """The rules of one programme under the version that an assessment names, `employment-center/2026-11-28`.

    `as_of` is the version as a day, by which rules and figures are chosen; None for all that stand there.
    """

    programme: str
    version: str
    rules: tuple[Rule, ...]
    discretionary: bool = False
    kind: ProgrammeKind = ProgrammeKind.SERVICE
    figures: FigureTable = field(default_factory=dict)
    as_of: date | None = None

    @property
    def agency(self) -> str:
        """The agency whose rules these are."""
        return self.version.partition("/")[0]


def rule(
    citation: str,
    ko: str,
    *,
    since: date,
    until: date | None = None,
    confidence: Confidence = Confidence.HIGH,
    otherwise: tuple[str, ...] = (),
    versions: Versions = ALL_VERSIONS,
) -> Callable[[Callable[..., Answer]], Rule]:
    """Make a rule of a pure function: its name is the rule's id, its docstring explains the rule in English.

    `citation` names the law and its year, `ko` explains in Korean, `since` and `until` are the first and last
    day in force, `otherwise` names programmes to try where it fails (`programme`, of another agency
    `agency/programme`), `versions` the version that has it first and the one that has it no more.
    Raises ValueError when the function has no docstring or reads what `Circumstances` has not.
    """

    def made(holds: Callable[..., Answer]) -> Rule:
        names = tuple(inspect.signature(holds).parameters)
        reads = tuple(name for name in names if name not in GIVEN)
        rule_id = holds.__name__.replace("_", "-")
        _check(rule_id, holds, reads)
        return Rule(
            id=rule_id,
            citation=citation,
            valid_from=since,
            valid_to=until,
            confidence=confidence,
            ko=ko,
            en=str(holds.__doc__).partition("\n")[0],
            holds=holds,
            reads=reads,
            given=GIVEN.intersection(names),
            otherwise=otherwise,
            versions=versions,
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
