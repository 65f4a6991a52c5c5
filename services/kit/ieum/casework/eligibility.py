"""The advisory assessment by a programme's rules on one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ieum.casework.conditions import Answer, Missing, all_of, any_of
from ieum.casework.facts import Facts, facts_in
from ieum.casework.rules import DAY_PARAMETER, Confidence, Rule, RuleSet, rule
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


@dataclass(frozen=True, slots=True)
class _Answered:
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
    asked = [_ask(rule_set.programme, each, facts, on) for each in rule_set.rules if each.in_force(on)]
    whole = all_of(*(each.weighed() for each in asked), None if rule_set.discretionary else True)
    wanted = whole.facts if isinstance(whole, Missing) else frozenset()
    assessed = tuple(_assessed(each, facts, wanted - SENSITIVE or wanted) for each in asked)
    cause = None if whole is False else _open_for(assessed, discretionary=rule_set.discretionary)
    needs_info = Likelihood.LIKELY if cause is None else Likelihood.NEEDS_INFO
    advice = ProgrammeAssessed(
        programme=rule_set.programme,
        likelihood=Likelihood.UNLIKELY if whole is False else needs_info,
        cause=cause,
        discretionary=rule_set.discretionary,
        rule_set=rule_set.version,
        as_of=on,
        rules=assessed,
    )
    return Judged(advice, tuple(each.failure for each in asked if each.failure is not None))


def _ask(programme: str, each: Rule, facts: Facts, on: date) -> _Answered:
    values = {name: facts.values.get(name, Missing(frozenset({name}))) for name in each.reads}
    try:
        answer = each.holds(**values, **({DAY_PARAMETER: on} if each.dated else {}))
    except Exception as error:  # noqa: BLE001 - a failing rule loses only its own answer
        return _Answered(each, None, RuleFailure(programme, each.id, type(error).__name__))
    if answer is None or isinstance(answer, bool | Missing):
        return _Answered(each, answer)
    return _Answered(each, None, RuleFailure(programme, each.id, type(answer).__name__))


def _assessed(asked: _Answered, facts: Facts, wanted: frozenset[str]) -> RuleAssessed:
    rule, answer = asked.rule, asked.answer
    missing = [name for name in rule.reads if isinstance(answer, Missing) and name in answer.facts & wanted]
    return RuleAssessed(
        rule=rule.id,
        result=_RESULT.get(answer, RuleResult.UNKNOWN),
        citation=rule.citation,
        explanation_ko=rule.ko,
        explanation_en=rule.en,
        missing=tuple(f"circumstances.{name}" for name in missing),
        unclear=tuple(f"circumstances.{name}" for name in missing if name in facts.values) or None,
        cause=None if asked.failure is None else RULE_FAILED,
    )


_RESULT: Mapping[Answer, RuleResult] = {True: RuleResult.PASSED, False: RuleResult.FAILED}


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
