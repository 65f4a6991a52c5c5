"""Whether an assessment rests on verified facts alone, so that no person has to look before it counts."""

from pydantic import ValidationError

from ieum.casework.values import Referral
from ieum_contracts.eligibility import EligibilityAssessed, Likelihood, ProgrammeAssessed


def likelihood_of(referral: Referral) -> Likelihood | None:
    """Return what the referral's own programme was last assessed as; None without an assessment."""
    assessed = _assessed(referral)
    return None if assessed is None else assessed.likelihood


def likely_on_verified_facts(referral: Referral) -> bool:
    """Whether the referral's own programme is likely, and the verified facts alone make it so."""
    assessed = _assessed(referral)
    if assessed is None or assessed.likelihood is not Likelihood.LIKELY:
        return False
    return assessed.on_verified_facts is True


def _assessed(referral: Referral) -> ProgrammeAssessed | None:
    if referral.assessment is None:
        return None
    try:
        assessed = EligibilityAssessed.model_validate_json(referral.assessment)
    except ValidationError:  # written under another contract: a person looks
        return None
    return next((each for each in assessed.programmes if each.programme == referral.programme), None)
