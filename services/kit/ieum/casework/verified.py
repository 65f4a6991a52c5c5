"""Whether an assessment rests on verified facts alone, so that no person has to look before it counts."""

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from ieum.casework.eligibility import RuleSet
from ieum.casework.values import Referral
from ieum_contracts.client_codes import FactSource
from ieum_contracts.eligibility import EligibilityAssessed, Likelihood


def likelihood_of(referral: Referral) -> Likelihood | None:
    """Return what the referral's own programme was last assessed as; None without an assessment."""
    if referral.assessment is None:
        return None
    try:
        assessed = EligibilityAssessed.model_validate_json(referral.assessment)
    except ValidationError:  # written under another contract: a person looks
        return None
    return next(
        (each.likelihood for each in assessed.programmes if each.programme == referral.programme), None
    )


def likely_on_verified_facts(referral: Referral, rule_set: RuleSet | None) -> bool:
    """Whether the referral is likely, and every fact that its programme's rules were given is verified.

    What stands beside the circumstances, as an address or a birth date, is a client's statement.
    """
    if rule_set is None or referral.sealed is None or likelihood_of(referral) is not Likelihood.LIKELY:
        return False
    circumstances = _member(_member(referral.requested(), "sealed"), "circumstances")
    read = {name for rule in rule_set.rules for name in rule.reads}
    given = [_member(circumstances, name) for name in read if name in circumstances]
    return bool(given) and all(fact.get("source") == FactSource.VERIFIED for fact in given)


def _member(of: Mapping[str, JsonValue], name: str) -> Mapping[str, JsonValue]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}
