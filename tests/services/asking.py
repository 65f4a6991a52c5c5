"""Asks the rules of a real agency about circumstances that a test makes up."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from ieum.agency import load_agency
from ieum.casework.eligibility import assess
from ieum_contracts.client import Circumstances
from ieum_contracts.eligibility import Likelihood, ProgrammeAssessed

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 9, 1)
LIKELY, UNLIKELY, NEEDS_INFO = Likelihood.LIKELY, Likelihood.UNLIKELY, Likelihood.NEEDS_INFO

PACKAGES = (
    "services.employment_center",
    "services.women_reemployment_center",
    "services.microfinance_center",
    "services.veterans_center",
    "services.city_job_center",
    "services.city_welfare_team",
)


def circumstances(facts: Mapping[str, object]) -> Circumstances:
    """Make circumstances of bare values, each as stated by the client."""
    return Circumstances.model_validate(
        {name: {"value": value, "source": "stated"} for name, value in facts.items() if value is not None}
    )


def ask(package: str, programme: str, facts: Mapping[str, object], on: date = DAY) -> ProgrammeAssessed:
    """Assess a programme of the agency that a package declares; a fact of None is left out."""
    return assess(load_agency(package).rule_sets[programme], circumstances(facts), on)


def boundaries(
    package: str, programme: str, usual: Mapping[str, object], changes: Mapping[str, object], on: date = DAY
) -> Likelihood:
    """Assess a programme in its usual case, but for the facts that change."""
    return ask(package, programme, {**usual, **changes}, on).likelihood
