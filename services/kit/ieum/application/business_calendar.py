"""The centre's business calendar: Korea's public holidays and the centre's own days from its file."""

import hashlib
import tomllib
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from holidays import country_holidays
from pydantic import ValidationError

from ieum.casework.business_days import NO_OWN_DAYS, BusinessCalendar, OwnDays
from ieum.errors import IeumError

COUNTRY = "KR"
YEARS_CACHED_MAX = 200
VERSION_YEARS = 12
"""Years whose closed days tell one version of a calendar from another."""


class CalendarError(IeumError):
    """The calendar in a centre's file cannot be used; the text says what to change."""


def business_calendar(centre_file: Path | None) -> BusinessCalendar:
    """Return the calendar; without a file the centre has no days of its own. Raises CalendarError."""
    return BusinessCalendar(is_public_holiday, NO_OWN_DAYS if centre_file is None else _own_days(centre_file))


def is_public_holiday(day: date) -> bool:
    """Whether a day is a public holiday in Korea, or a substitute for one."""
    return day in _of_year(day.year)


def version_of(calendar: BusinessCalendar, year: int) -> int:
    """Return a number of the calendar's content from the year before `year` on; it fits a bigint."""
    first, last = date(year - 1, 1, 1), date(year - 1 + VERSION_YEARS, 1, 1)
    days = (first + timedelta(days=number) for number in range((last - first).days))
    closed = ",".join(day.isoformat() for day in days if not calendar.is_open(day))
    return int.from_bytes(hashlib.sha256(closed.encode()).digest()[:8], signed=True)


@lru_cache(YEARS_CACHED_MAX)
def _of_year(year: int) -> frozenset[date]:
    return frozenset(country_holidays(COUNTRY, years=year, expand=False))


def _own_days(path: Path) -> OwnDays:
    try:
        return OwnDays.model_validate(tomllib.loads(path.read_text(encoding="utf-8")).get("calendar", {}))
    except OSError as error:
        raise CalendarError(
            f"{path} cannot be read; name the centre's file with IEUM_CENTRE_FILE."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise CalendarError(f"{path} is not valid TOML: {error}.") from error
    except ValidationError as error:
        faults = "; ".join(f"calendar.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CalendarError(
            f'{path} has a calendar that cannot be used: {faults}. A day is written 2026-12-31 = "why".'
        ) from error
