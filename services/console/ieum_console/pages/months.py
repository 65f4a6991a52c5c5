"""Months in Seoul, by which the audit is read and drills are signed."""

from datetime import UTC, datetime

from ieum.web.moments import SEOUL

MONTHS_OF_YEAR = 12
YEARS = range(2000, 2100)


def month_of(text: str | None, now: datetime) -> str:
    """Read a month as `2026-11`; the present one where the text is none, or not of these years."""
    try:
        month = datetime.strptime(text or "", "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        month = now
    return (month if month.year in YEARS else now).astimezone(SEOUL).strftime("%Y-%m")


def bounds_of(month: str) -> tuple[datetime, datetime]:
    """Return when a month begins, and when the next one does."""
    year, number = map(int, month.split("-"))
    following = (year, number + 1) if number < MONTHS_OF_YEAR else (year + 1, 1)
    return datetime(year, number, 1, tzinfo=SEOUL), datetime(*following, 1, tzinfo=SEOUL)


def last_months(now: datetime, months: int = MONTHS_OF_YEAR) -> list[str]:
    """List the last months, the present one first."""
    there = now.astimezone(SEOUL)
    first = there.year * MONTHS_OF_YEAR + there.month - 1
    return [
        f"{each // MONTHS_OF_YEAR}-{each % MONTHS_OF_YEAR + 1:02}"
        for each in range(first, first - months, -1)
    ]
