"""What is wrong with a declaration, as a sentence that says what to change."""

import re
from collections.abc import Iterable
from datetime import date

from ieum_contracts.address import ID_CHARACTERS_MAX, ID_PATTERN
from ieum_contracts.client import ReferralDetails
from ieum_contracts.model import Model, models_in

RETENTION_DAYS_MAX = 5 * 365
"""Social-security information is kept for at most five years (SSBA 34)."""
PLACES_MAX = 100_000
HEARS = ("referral.overdue.v1",)
"""Types that are said only to an agency that publishes that it takes them in (decision 24)."""


def id_fault(what: str, given: str) -> str | None:
    """Say why an id is none; None when it is one."""
    if re.fullmatch(ID_PATTERN, given) is not None and len(given) <= ID_CHARACTERS_MAX:
        return None
    return (
        f"The {what} id {given!r} is none: write lower-case letters, digits and single hyphens, "
        f"a letter first, at most {ID_CHARACTERS_MAX} characters."
    )


def item_fault(programme: str, item: str) -> str | None:
    """Say why an item cannot be asked for: no referral carries it; None when one does."""
    models: list[type[Model]] = [ReferralDetails]
    for name in item.split("."):
        found = [each.model_fields[name] for each in models if name in each.model_fields]
        if not found:
            return (
                f"The programme {programme} asks for the item {item}, which no referral carries: "
                "write the path of a field of ieum_contracts.client.ReferralDetails, as contact.phone."
            )
        models = [model for each in found for model in models_in(each.annotation)]
    return None


def places_fault(programme: str, places: int | None) -> str | None:
    """Say why a number of counted places is none; None when it is one, or places are not counted."""
    if places is None or 0 <= places <= PLACES_MAX:
        return None
    return f"The programme {programme} has 0 to {PLACES_MAX} places."


def retention_fault(programme: str, days: int) -> str | None:
    """Say why details cannot be kept for so long; None when they can."""
    if 1 <= days <= RETENTION_DAYS_MAX:
        return None
    return f"The programme {programme} keeps details 1 to {RETENTION_DAYS_MAX} days."


def twice(sentence: str, ids: Iterable[str]) -> str | None:
    """Say which id is named twice, after the beginning of a sentence; None when all are different."""
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            return f"{sentence} {each} twice: name it once."
        seen.add(each)
    return None


def day_of_version(version: str) -> date | None:
    """Return the day that names a version of rules, `2026-11-28`; None for a name that is no day."""
    try:
        return date.fromisoformat(version)
    except ValueError:
        return None
