"""What if the rules were others: stored assessments under another version, and who would flip, as counts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from ieum.casework.eligibility import RuleSet, judge
from ieum.casework.facts import facts_of
from ieum.casework.small_counts import Shown, hide_small, part_of, shown_count
from ieum_contracts.eligibility import Likelihood, ProgrammeAssessed, RuleAssessed

GONE = "no-rules"
"""In place of a likelihood: the other version has no rules for the programme."""
UNCHANGED = "unchanged"
_STAYS = frozenset(f"{each.value} -> {each.value}" for each in Likelihood)
ABSENT = "absent"
"""In place of a result: one of both versions does not have the rule."""


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """An assessment as it was stored, with what was requested; `requested` has no facts once erased."""

    assessed: ProgrammeAssessed
    requested: Mapping[str, JsonValue] | None


@dataclass(slots=True)
class Simulation:
    """Counts over the stored assessments of a period, by programme and by rule."""

    compared: int = 0
    erased: int = 0
    moves: dict[str, Counter[str]] = field(default_factory=dict)
    rules: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, stored: StoredAssessment, rule_sets: Mapping[str, RuleSet]) -> None:
        """Assess one again by other rules, and count what becomes of it."""
        before = stored.assessed
        if stored.requested is None:
            self.erased += 1
            return
        self.compared += 1
        rule_set = rule_sets.get(before.programme)
        after = None
        if rule_set is not None and rule_set.rules:
            after = judge(rule_set, facts_of(stored.requested, before.as_of), before.as_of).advice
        then, now = before.likelihood.value, GONE if after is None else after.likelihood.value
        self.moves.setdefault(before.programme, Counter())[f"{then} -> {now}"] += 1
        if then != now:
            by_rule = self.rules.setdefault(before.programme, Counter())
            by_rule.update(_rules_that_differ(before.rules, () if after is None else after.rules))

    def report(self) -> Mapping[str, JsonValue]:
        """Return the counts that may be shown: small ones are null, and so is every total over them."""
        table = hide_small({name: _cells(moves) for name, moves in sorted(self.moves.items())})
        programmes: dict[str, JsonValue] = {
            name: self._programme(name, shown) for name, shown in table.groups.items()
        }
        return {
            "compared": table.total.exact,
            "erased": shown_count(self.erased),
            "programmes": programmes,
        }

    def _programme(self, name: str, shown: Shown[str]) -> dict[str, JsonValue]:
        unchanged, total = shown.parts.get(UNCHANGED, 0), shown.total.exact
        flipped = None if unchanged is None or total is None else total - unchanged
        by_rule: dict[str, JsonValue] = {
            rule: part_of(count, flipped) for rule, count in sorted(self.rules.get(name, {}).items())
        }
        return {
            "assessments": total,
            "flipped": flipped,
            "moves": {UNCHANGED: unchanged, **shown.parts},
            "flips_by_rule": by_rule,
        }


def _cells(moves: Mapping[str, int]) -> dict[str, int]:
    """Count who moves from where to where, and together those who stay."""
    flips = {move: count for move, count in sorted(moves.items()) if move not in _STAYS}
    return {UNCHANGED: sum(moves.values()) - sum(flips.values()), **flips}


def _rules_that_differ(before: Iterable[RuleAssessed], after: Iterable[RuleAssessed]) -> list[str]:
    then = {each.rule: each.result.value for each in before}
    now = {each.rule: each.result.value for each in after}
    return [
        f"{rule}: {then.get(rule, ABSENT)} -> {now.get(rule, ABSENT)}"
        for rule in dict.fromkeys((*then, *now))
        if then.get(rule) != now.get(rule)
    ]
