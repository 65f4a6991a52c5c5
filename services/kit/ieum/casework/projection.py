"""What of a client's circumstances may leave with an inquiry: what published rules read, and no more."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date

from ieum.casework.ages import age_on, months_before
from ieum.casework.eligibility import SENSITIVE
from ieum_contracts.circumstances import Circumstances
from ieum_contracts.programme import ProgrammePublished

_PREFIX = "circumstances."
_BIRTH = "birth_date"
_AFTER_BIRTH = ("separation_date", "discharge_date")
"""Days that the contract refuses before the birth."""


def facts_read(programmes: Iterable[ProgrammePublished]) -> frozenset[str]:
    """Return the facts that the published rules of programmes read.

    None of those that need a consent line of their own: an inquiry has no consent.
    """
    named = {item for each in programmes for rule in each.rules for item in rule.facts}
    facts = {item.removeprefix(_PREFIX) for item in named if item.startswith(_PREFIX)}
    return frozenset(facts & Circumstances.model_fields.keys()) - SENSITIVE


def projected(circumstances: Circumstances, facts: AbstractSet[str], on: date) -> Circumstances:
    """Keep these facts alone; a birth date becomes another day that gives the same age on this day.

    Rules count completed years, so they answer the same, and the day of birth stays at home; but for somebody
    of whom that other day would contradict a further fact.
    """
    bare: Mapping[str, object] = {"evidence": None, "as_of": None}
    kept = {
        name: fact.model_copy(update=bare)
        for name, fact in circumstances
        if name in facts and fact is not None
    }
    birth = kept.get(_BIRTH)
    if birth is None or birth.value > on:
        return Circumstances(**kept)
    same_age = months_before(on, 12 * age_on(birth.value, on))
    ended = [kept[each].value for each in _AFTER_BIRTH if each in kept]
    if all(same_age <= day for day in ended):
        kept[_BIRTH] = birth.model_copy(update={"value": same_age})
    return Circumstances(**kept)
