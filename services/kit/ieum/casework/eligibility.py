"""Rules as data with a pure function each, and the advisory assessment that they add up to on one day."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ieum_contracts.client import Circumstances
from ieum_contracts.eligibility import Likelihood, ProgrammeAssessed, RuleAssessed, RuleResult

FACTS = frozenset(Circumstances.model_fields)
DAY_PARAMETER = "on"
NO_PUBLISHED_RULE = "no-published-rule"
FACTS_MISSING = "facts-missing"
LEFT_OPEN = "left-open"
"""A rule could not decide though it had the facts: no figure for the year, or a person's discretion."""
WEAK_SOURCE = "weak-source"
DISCRETIONARY = "discretionary"


class Confidence(StrEnum):
    """How sure the published source of a rule is; a rule of low confidence never makes `unlikely`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of a programme, where it stands in the law, and the days on which it is in force.

    `holds` is pure: its parameters are the facts that it reads (fields of `Circumstances`, as bare values,
    None where a fact is missing) and `on`, the day, where it needs it. It answers None where it cannot tell.
    """

    id: str
    citation: str
    valid_from: date
    valid_to: date | None
    confidence: Confidence
    ko: str
    en: str
    holds: Callable[..., bool | None]
    reads: tuple[str, ...]
    dated: bool

    def in_force(self, on: date) -> bool:
        """Whether the rule counts on a day; its first and its last day do."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one programme under the version that an assessment names."""

    programme: str
    version: str
    rules: tuple[Rule, ...]
    discretionary: bool = False


def rule(
    citation: str,
    ko: str,
    *,
    since: date,
    until: date | None = None,
    confidence: Confidence = Confidence.HIGH,
) -> Callable[[Callable[..., bool | None]], Rule]:
    """Make a rule of a pure function: its name is the rule's id, its docstring explains the rule in English.

    `citation` names the law and its year, `ko` explains in Korean, `since` and `until` are the first and last
    day in force. Raises ValueError when the function has no docstring or reads what `Circumstances` has not.
    """

    def made(holds: Callable[..., bool | None]) -> Rule:
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


def assess(rule_set: RuleSet, circumstances: Circumstances, on: date) -> ProgrammeAssessed:
    """Say what a programme's rules make of these circumstances on a day: advice that can be replayed."""
    rules = [each for each in rule_set.rules if each.in_force(on)]
    assessed = tuple(_ask(each, circumstances, on) for each in rules)
    likelihood, cause = _sum_up(rules, assessed, discretionary=rule_set.discretionary)
    return ProgrammeAssessed(
        programme=rule_set.programme,
        likelihood=likelihood,
        cause=cause,
        discretionary=rule_set.discretionary,
        rule_set=rule_set.version,
        as_of=on,
        rules=assessed,
    )


def _ask(each: Rule, circumstances: Circumstances, on: date) -> RuleAssessed:
    facts = {name: getattr(circumstances, name) for name in each.reads}
    values = {name: None if fact is None else fact.value for name, fact in facts.items()}
    holds = each.holds(**values, **({DAY_PARAMETER: on} if each.dated else {}))
    missing = [name for name in each.reads if values[name] is None] if holds is None else []
    return RuleAssessed(
        rule=each.id,
        result=_RESULT[holds],
        citation=each.citation,
        explanation_ko=each.ko,
        explanation_en=each.en,
        missing=tuple(f"circumstances.{name}" for name in missing),
    )


_RESULT = {True: RuleResult.PASSED, False: RuleResult.FAILED, None: RuleResult.UNKNOWN}


def _sum_up(
    rules: Sequence[Rule], assessed: Sequence[RuleAssessed], *, discretionary: bool
) -> tuple[Likelihood, str | None]:
    if not rules:
        return Likelihood.NEEDS_INFO, NO_PUBLISHED_RULE
    pairs = zip(rules, assessed, strict=True)
    failed = [each for each, said in pairs if said.result is RuleResult.FAILED]
    if any(each.confidence is not Confidence.LOW for each in failed):
        return Likelihood.UNLIKELY, None
    unknown = [said for said in assessed if said.result is RuleResult.UNKNOWN]
    if any(said.missing for said in unknown):
        return Likelihood.NEEDS_INFO, FACTS_MISSING
    if unknown:
        return Likelihood.NEEDS_INFO, LEFT_OPEN
    if failed:
        return Likelihood.NEEDS_INFO, WEAK_SOURCE
    return (Likelihood.NEEDS_INFO, DISCRETIONARY) if discretionary else (Likelihood.LIKELY, None)


def _check(rule_id: str, holds: Callable[..., bool | None], reads: tuple[str, ...]) -> None:
    strangers = sorted(set(reads) - FACTS)
    if strangers:
        raise ValueError(
            f"The rule {rule_id} reads {', '.join(strangers)}, which Circumstances does not have: "
            "name its parameters after the fields of ieum_contracts.client.Circumstances."
        )
    if not holds.__doc__:
        raise ValueError(f"The rule {rule_id} has no docstring: say in its first line what it asks for.")
