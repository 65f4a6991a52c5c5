"""What differs between the assessment that a referral cites and the one made at its receipt or later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ieum_contracts.eligibility import EligibilityAssessed, Likelihood, ProgrammeAssessed, RuleResult


class RuleDifference(NamedTuple):
    """One rule with another result; None where the rule was not asked."""

    rule: str
    cited: RuleResult | None
    present: RuleResult | None


@dataclass(frozen=True, slots=True)
class Differences:
    """The cited assessment and the present one of one programme, side by side."""

    cited: ProgrammeAssessed
    present: ProgrammeAssessed
    rules: tuple[RuleDifference, ...]

    @property
    def likelihoods(self) -> tuple[Likelihood, Likelihood]:
        """What the two say together."""
        return self.cited.likelihood, self.present.likelihood

    @property
    def differ(self) -> bool:
        """Whether they say something else of the client; another day or rule set alone is no difference."""
        return bool(self.rules) or self.cited.likelihood is not self.present.likelihood


def differences(
    cited: EligibilityAssessed, present: EligibilityAssessed, programme: str
) -> Differences | None:
    """Compare two assessments of a programme, rule by rule; None when one of them does not assess it."""
    before, after = _of(cited, programme), _of(present, programme)
    if before is None or after is None:
        return None
    results, now = _results(before), _results(after)
    rules = (RuleDifference(rule, results.get(rule), now.get(rule)) for rule in {**results, **now})
    return Differences(before, after, tuple(each for each in rules if each.cited is not each.present))


def _of(assessed: EligibilityAssessed, programme: str) -> ProgrammeAssessed | None:
    return next((each for each in assessed.programmes if each.programme == programme), None)


def _results(assessed: ProgrammeAssessed) -> Mapping[str, RuleResult]:
    return {each.rule: each.result for each in assessed.rules}
