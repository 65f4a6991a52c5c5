"""The words in which rules are written: what is not known, a fact or a figure, is None and stays so."""

import calendar
from collections.abc import Iterable
from datetime import date

from ieum_contracts.circumstances import BenefitHeld
from ieum_contracts.client_codes import Benefit

EXTENSION_YEARS_MAX = 3
"""Military service lifts an age limit by at most three years."""


def age_on(birth: date, on: date) -> int:
    """Count completed years (만 나이): a person born on 29 February turns on 1 March in a common year.

    Civil Act (민법) articles 158 and 160.
    """
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def months_before(day: date, months: int) -> date:
    """Go back so many months: the same day of that month, else its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def aged(birth: date | None, youngest: int, oldest: int, on: date) -> bool | None:
    """Whether somebody is in an age band on a day; the day before the birthday after `oldest` still is."""
    return None if birth is None else youngest <= age_on(birth, on) <= oldest


def aged_after_service(
    birth: date | None, youngest: int, oldest: int, extension_years: int | None, on: date
) -> bool | None:
    """Whether somebody is in an age band that military service lifts by up to three years."""
    in_band = aged(birth, youngest, oldest, on)
    if in_band is False and extension_years is None:
        return None if aged(birth, youngest, oldest + EXTENSION_YEARS_MAX, on) else False
    return in_band or aged(birth, youngest, oldest + min(extension_years or 0, EXTENSION_YEARS_MAX), on)


def within_months(past: date | None, months: int, on: date) -> bool | None:
    """Whether a day lies at most so many months back, the first day included, and not ahead."""
    return None if past is None else months_before(on, months) <= past <= on


def held_lately(benefits: Iterable[BenefitHeld] | None, kind: Benefit, months: int, on: date) -> bool | None:
    """Whether a benefit is in payment, or ended less than so many months ago (0: only in payment)."""
    if benefits is None:
        return None
    return any(
        held.benefit is kind
        and (held.since is None or held.since <= on)
        and (held.until is None or held.until >= on or held.until > months_before(on, months))
        for held in benefits
    )


def one_of(value: str | None, *accepted: str) -> bool | None:
    """Whether a code is one of those accepted."""
    return None if value is None else value in accepted


def at_most(value: int | None, limit: int | None) -> bool | None:
    """Compare a value with a limit that it may reach."""
    return None if value is None or limit is None else value <= limit


def at_least(value: int | None, limit: int | None) -> bool | None:
    """Compare a value with a limit that it must reach."""
    return None if value is None or limit is None else value >= limit


def all_of(*conditions: bool | None) -> bool | None:
    """Say yes when every condition holds, no as soon as one does not, else unknown."""
    if any(condition is False for condition in conditions):
        return False
    return None if any(condition is None for condition in conditions) else True


def any_of(*conditions: bool | None) -> bool | None:
    """Say yes as soon as one condition holds, no when none does, else unknown."""
    if any(conditions):
        return True
    return None if any(condition is None for condition in conditions) else False


def none_of(*conditions: bool | None) -> bool | None:
    """Say yes when no condition holds, no as soon as one does, else unknown."""
    found = any_of(*conditions)
    return None if found is None else not found
