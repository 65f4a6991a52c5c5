"""The advisory assessment by a programme's rules on one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from ieum.casework.conditions import Answer, Missing, all_of, any_of
from ieum.casework.facts import Facts, facts_in
from ieum.casework.figures import Confidence, Figures, figures_on
from ieum.casework.next_actions import next_actions
from ieum.casework.rules import DAY_PARAMETER, FIGURES_PARAMETER, Rule, RuleSet, rule
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.eligibility import Likelihood, ProgrammeAssessed, RuleAssessed, RuleResult
from ieum_contracts.model import DataClass, data_class

__all__ = ["Confidence", "Judged", "Rule", "RuleFailure", "RuleSet", "assess", "judge", "rule"]

SENSITIVE = frozenset(
    name for name, each in Circumstances.model_fields.items() if data_class(each) is DataClass.SENSITIVE
)
NO_PUBLISHED_RULE = "no-published-rule"
FACTS_MISSING = "facts-missing"
FACTS_UNCLEAR = "facts-unclear"
"""Every missing fact was given, but could not be understood."""
RULE_FAILED = "rule-failed"
"""A rule raised: it counts as open, and the log names it."""
LEFT_OPEN = "left-open"
"""A rule could not decide with all facts: no figure for the year, or a person's discretion."""
WEAK_SOURCE = "weak-source"
DISCRETIONARY = "discretionary"
_MISSING = {name: Missing(frozenset({name})) for name in Circumstances.model_fields}
KEPT_MAX = 10_000
"""How many results that are equal for many clients are kept, to be made once."""


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that raised, and the error's class; not its text, which may hold input."""

    programme: str
    rule: str
    error: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The assessment, and the rules that raised."""

    advice: ProgrammeAssessed
    failures: tuple[RuleFailure, ...] = ()


class _Answered(NamedTuple):
    rule: Rule
    answer: Answer
    failure: RuleFailure | None = None

    def weighed(self) -> Answer:
        """Return the answer's weight in the whole: a no from a weak source counts as open."""
        return any_of(self.answer, None) if self.rule.confidence is Confidence.LOW else self.answer


def assess(rule_set: RuleSet, circumstances: Circumstances, on: date) -> ProgrammeAssessed:
    """Assess circumstances by a programme's rules on a day; the same input gives the same result."""
    return judge(rule_set, facts_in(circumstances, on), on).advice


def judge(rule_set: RuleSet, facts: Facts, on: date) -> Judged:
    """Assess facts by a programme's rules on a day, and return which rules failed; never raises.

    A fact is named as missing only if it could change the whole assessment, and a sensitive one
    only when no other fact is missing.
    """
    rules, reads = _in_force(rule_set, on)
    asked = [_ask(rule_set, each, facts, on) for each in rules]
    whole = all_of(*(each.weighed() for each in asked), None if rule_set.discretionary else True)
    wanted = whole.facts if isinstance(whole, Missing) else frozenset()
    assessed = tuple(_assessed(each, facts, wanted - SENSITIVE or wanted) for each in asked)
    cause = None if whole is False else _open_for(assessed, discretionary=rule_set.discretionary)
    needs_info = Likelihood.LIKELY if cause is None else Likelihood.NEEDS_INFO
    likelihood = Likelihood.UNLIKELY if whole is False else needs_info
    failed = tuple(each.rule for each in asked if each.answer is False)
    # Not validated again, which would cost as much as the rules: each part was when it was declared or made.
    advice = ProgrammeAssessed.model_construct(
        programme=rule_set.programme,
        likelihood=likelihood,
        cause=cause,
        discretionary=rule_set.discretionary,
        rule_set=rule_set.version,
        as_of=on,
        rules=assessed,
        on_verified_facts=_verified(rule_set, facts, on) if likelihood is Likelihood.LIKELY else None,
        next_actions=next_actions(rule_set, likelihood, assessed, failed, facts.stated(reads)),
    )
    return Judged(advice, tuple(each.failure for each in asked if each.failure is not None))


@lru_cache(KEPT_MAX)
def _in_force(rule_set: RuleSet, on: date) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """Return the rules in force on a day, and the facts that they read."""
    rules = tuple(each for each in rule_set.rules if each.in_force(on))
    return rules, tuple(dict.fromkeys(name for each in rules for name in each.reads))


@lru_cache(KEPT_MAX)
def _given(rule_set: RuleSet, each: Rule, on: date) -> Mapping[str, object]:
    given = {DAY_PARAMETER: on, FIGURES_PARAMETER: _figures(rule_set, on)}
    return {name: given[name] for name in each.given}


@lru_cache(KEPT_MAX)
def _figures(rule_set: RuleSet, on: date) -> Figures:
    return figures_on(rule_set.figures, on, rule_set.as_of)


def _ask(rule_set: RuleSet, each: Rule, facts: Facts, on: date) -> _Answered:
    value_of = facts.values.get
    values = {name: value_of(name, _MISSING[name]) for name in each.reads}
    try:
        answer = each.holds(**values, **_given(rule_set, each, on))
    except Exception as error:  # noqa: BLE001 - a failing rule loses only its own answer
        return _Answered(each, None, RuleFailure(rule_set.programme, each.id, type(error).__name__))
    if answer is None or isinstance(answer, (bool, Missing)):
        return _Answered(each, answer)
    return _Answered(each, None, RuleFailure(rule_set.programme, each.id, type(answer).__name__))


def _verified(rule_set: RuleSet, facts: Facts, on: date) -> bool:
    """Tell whether the verified facts alone make likely what all facts make likely."""
    verified = facts.verified()
    if not verified.values:
        return False
    return all(_ask(rule_set, each, verified, on).answer is True for each in _in_force(rule_set, on)[0])


def _assessed(asked: _Answered, facts: Facts, wanted: frozenset[str]) -> RuleAssessed:
    answer = asked.answer
    if isinstance(answer, bool):
        return _said(asked.rule, _RESULT[answer], (), (), None)
    needed = answer.facts & wanted if wanted and isinstance(answer, Missing) else frozenset()
    missing = tuple(name for name in asked.rule.reads if name in needed)
    unclear = tuple(name for name in missing if name in facts.values)
    cause = None if asked.failure is None else RULE_FAILED
    return _said(asked.rule, RuleResult.UNKNOWN, missing, unclear, cause)


@lru_cache(KEPT_MAX)
def _said(
    rule: Rule, result: RuleResult, missing: tuple[str, ...], unclear: tuple[str, ...], cause: str | None
) -> RuleAssessed:
    return RuleAssessed(
        rule=rule.id,
        result=result,
        citation=rule.citation,
        explanation_ko=rule.ko,
        explanation_en=rule.en,
        missing=tuple(f"circumstances.{name}" for name in missing),
        unclear=tuple(f"circumstances.{name}" for name in unclear) or None,
        cause=cause,
    )


_RESULT: Mapping[bool, RuleResult] = {True: RuleResult.PASSED, False: RuleResult.FAILED}


def _open_for(assessed: Sequence[RuleAssessed], *, discretionary: bool) -> str | None:
    """Return why the assessment is open although no rule surely fails; None when all rules hold."""
    if not assessed:
        return NO_PUBLISHED_RULE
    if any(said.cause == RULE_FAILED for said in assessed):
        return RULE_FAILED
    missing = [item for said in assessed for item in said.missing]
    if missing:
        unclear = {item for said in assessed for item in said.unclear or ()}
        return FACTS_UNCLEAR if unclear.issuperset(missing) else FACTS_MISSING
    if any(said.result is RuleResult.UNKNOWN for said in assessed):
        return LEFT_OPEN
    if any(said.result is RuleResult.FAILED for said in assessed):
        return WEAK_SOURCE
    return DISCRETIONARY if discretionary else None
