"""An old assessment run again: with its version of the rules and its day, the answer is the same."""

from collections.abc import Callable, Mapping

from ieum.casework.eligibility import RuleSet, judge
from ieum.casework.facts import Facts
from ieum_contracts.eligibility import ProgrammeAssessed

Versions = Callable[[str], Mapping[str, RuleSet]]
"""The rules by programme under a version, as `Agency.rules_of_version` returns them."""


def version_of(stored: ProgrammeAssessed) -> str:
    """Return the version of the rules under which something was assessed, `2026-11-28`."""
    return stored.rule_set.rpartition("/")[2]


def replay(stored: ProgrammeAssessed, facts: Facts, versions: Versions) -> ProgrammeAssessed | None:
    """Assess the same facts by the same rules for the same day; None where the programme had no rules.

    What `versions` raises for a version that is not kept is passed on.
    """
    rule_set = versions(version_of(stored)).get(stored.programme)
    return None if rule_set is None else judge(rule_set, facts, stored.as_of).advice
