"""The functions that rules are written with: an unknown answer stays unknown and names the missing facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ieum.casework.ages import AgeBand, age_on, months_before
from ieum_contracts.circumstances import BenefitHeld
from ieum_contracts.client_codes import Benefit

NO, OPEN, YES = 0, 1, 2
"""Ranks of answers: "all of" takes the lowest, "any of" the highest."""
YES_OR_NO = frozenset({NO, YES})


@dataclass(frozen=True, slots=True)
class Missing:
    """An answer that needs these facts; a rule gets one in place of an unknown fact.

    `could_be` holds the answers that the facts could lead to, as ranks; OPEN is open with any facts.
    """

    facts: frozenset[str]
    could_be: frozenset[int] = YES_OR_NO

    def __bool__(self) -> bool:
        """Raise TypeError: it is neither yes nor no."""
        raise TypeError("A missing fact is neither true nor false: use the functions of this module.")


@dataclass(frozen=True, slots=True)
class Places:
    """Where somebody lives or works, or a firm has posts, with the name of the fact.

    Each place is the set of five-digit codes that its name may mean; None is a place not understood.
    """

    fact: str
    among: tuple[frozenset[str] | None, ...]


Answer = bool | Missing | None
"""Yes, no, open because facts are missing, or (None) open with any facts: no figure, or left to a person."""


def aged(birth: date | Missing, band: AgeBand | None, on: date) -> Answer:
    """Whether somebody is in an age band on a day; the day before the birthday after the oldest still is."""
    if band is None:
        return None
    return birth if isinstance(birth, Missing) else band.youngest <= age_on(birth, on) <= band.oldest


def aged_after_service(
    birth: date | Missing, band: AgeBand | None, extension_years: int | Missing, on: date
) -> Answer:
    """Whether somebody is in an age band that military service lifts by some years.

    The years of service matter only for those whom they could bring into the band.
    """
    if band is None:
        return None
    in_band = aged(birth, band, on)
    if in_band is not False:
        return in_band
    if aged(birth, band.lifted(band.extension_years_max), on) is False:
        return False
    if isinstance(extension_years, Missing):
        return extension_years
    return aged(birth, band.lifted(extension_years), on)


def within_months(past: date | Missing, months: int | None, on: date) -> Answer:
    """Whether a day lies at most this many months back, the first day included, and not in the future."""
    if months is None:
        return None
    return past if isinstance(past, Missing) else months_before(on, months) <= past <= on


def within_months_ahead(coming: date | Missing, months: int | None, on: date) -> Answer:
    """Whether a day lies at most this many months ahead; one that has passed does too."""
    if months is None:
        return None
    return coming if isinstance(coming, Missing) else months_before(coming, months) <= on


def held_lately(
    benefits: Iterable[BenefitHeld] | Missing, kind: Benefit, months: int | None, on: date
) -> Answer:
    """Whether a benefit is in payment, or ended less than this many months ago (0: only in payment)."""
    if months is None:
        return None
    if isinstance(benefits, Missing):
        return benefits
    return any(
        held.benefit is kind
        and (held.since is None or held.since <= on)
        and (held.until is None or held.until >= on or held.until > months_before(on, months))
        for held in benefits
    )


def located_in(places: Places | Missing, municipality: str) -> Answer:
    """Whether a place is the municipality of this five-digit code; open when it may be another one too."""
    if isinstance(places, Missing):
        return places
    unclear = Missing(frozenset({places.fact}))
    return any_of(*(_is(place, municipality, unclear) for place in places.among))


def one_of(value: str | Missing, *accepted: str) -> Answer:
    """Whether a code is one of those accepted; free text is no code, see `located_in` for places."""
    return value if isinstance(value, Missing) else value in accepted


def at_most(value: int | Missing | None, limit: int | None) -> Answer:
    """Whether a value is at most the limit; without a limit no value is needed."""
    if value is None or limit is None:
        return None
    return value if isinstance(value, Missing) else value <= limit


def at_least(value: int | Missing | None, limit: int | None) -> Answer:
    """Whether a value is at least the limit; without a limit no value is needed."""
    if value is None or limit is None:
        return None
    return value if isinstance(value, Missing) else value >= limit


def all_of(*conditions: Answer) -> Answer:
    """Return yes when every condition holds, no as soon as one does not, else the missing facts.

    A fact counts when it could still change the answer: not for a limit without a figure, nor beside a
    condition that is decided already.
    """
    missing: list[Missing] = []
    settled = YES
    for condition in conditions:
        if condition is False:
            return False
        if isinstance(condition, Missing):
            missing.append(condition)
        elif condition is None:
            settled = OPEN
    if not missing:
        return _ANSWERS[settled]
    highest = min(settled, *(max(each.could_be) for each in missing))
    could_be = frozenset({settled}).union(*(each.could_be for each in missing))
    reached = frozenset(rank for rank in could_be if rank <= highest)
    if len(reached) == 1:
        return _ANSWERS[highest]
    facts = [each.facts for each in missing if min(each.could_be) < highest]
    return Missing(frozenset().union(*facts), reached)


def any_of(*conditions: Answer) -> Answer:
    """Return yes as soon as one condition holds, no when none does, else the missing facts."""
    return _not(none_of(*conditions))


def none_of(*conditions: Answer) -> Answer:
    """Return yes when no condition holds, no as soon as one does, else the missing facts."""
    return all_of(*map(_not, conditions))


_ANSWERS: Mapping[int, bool | None] = {NO: False, OPEN: None, YES: True}


def _not(condition: Answer) -> Answer:
    if condition is None or isinstance(condition, bool):
        return None if condition is None else not condition
    return Missing(condition.facts, frozenset(YES - rank for rank in condition.could_be))


def _is(place: frozenset[str] | None, municipality: str, unclear: Missing) -> Answer:
    if place is None or (municipality in place and len(place) > 1):
        return unclear
    return municipality in place
