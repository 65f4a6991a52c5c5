"""Months of a report: in Seoul, both ends included, none that has not begun, and not too many."""

from datetime import UTC, date, datetime

import pytest

from ieum.casework.report_period import BadPeriod, Period, is_over, period_of

NOW = datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC)
"""One second before December in Seoul."""
NEXT = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        (None, None, Period(date(2025, 12, 1), date(2026, 11, 1))),
        (None, "2026-01", Period(date(2025, 2, 1), date(2026, 1, 1))),
        ("2026-03", None, Period(date(2026, 3, 1), date(2026, 11, 1))),
        ("2026-11", "2026-11", Period(date(2026, 11, 1), date(2026, 11, 1))),
        ("2024-12", "2026-11", Period(date(2024, 12, 1), date(2026, 11, 1))),
        ("2024-11", "2026-11", BadPeriod.TOO_LONG),
        ("2024-10", None, BadPeriod.TOO_LONG),
        ("2026-03", "2026-02", BadPeriod.BACKWARDS),
        ("2026-12", None, BadPeriod.FUTURE),
        ("2026-01", "2026-12", BadPeriod.FUTURE),
        ("2099-01", "2026-01", BadPeriod.FUTURE),
    ],
)
def test_a_period_is_whole_months(first: str | None, last: str | None, period: Period | BadPeriod) -> None:
    assert period_of(first, last, NOW) == period


def test_a_month_begins_at_midnight_in_seoul() -> None:
    period = period_of(None, None, NOW)
    assert isinstance(period, Period)
    assert period.start == datetime(2025, 11, 30, 15, tzinfo=UTC)
    assert period.end == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert period_of("2026-12", None, NEXT) == Period(date(2026, 12, 1), date(2026, 12, 1))
    assert (is_over(date(2026, 11, 1), NOW), is_over(date(2026, 11, 1), NEXT)) == (False, True)
