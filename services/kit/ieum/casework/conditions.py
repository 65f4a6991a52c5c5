"""The words in which rules are written: ages, spans of months, limits, and a logic that knows unknown."""

import calendar
from datetime import date


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


def within_months(past: date, months: int, on: date) -> bool:
    """Whether a day lies at most so many months back, the first day included, and not ahead."""
    return months_before(on, months) <= past <= on


def at_most(value: int | None, limit: int | None) -> bool | None:
    """Compare a value with a limit that it may reach; unknown when either is."""
    return None if value is None or limit is None else value <= limit


def at_least(value: int | None, limit: int | None) -> bool | None:
    """Compare a value with a limit that it must reach; unknown when either is."""
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
