"""When something is due, by hand: each line was counted on a printed calendar of Korea."""

from datetime import date, datetime, time, timedelta

import pytest

from ieum.application.business_calendar import business_calendar, is_public_holiday, version_of
from ieum.casework.business_days import (
    NO_OWN_DAYS,
    SEARCH_DAYS_MAX,
    BusinessCalendar,
    OwnDays,
    end_of,
)
from ieum_contracts.overdue import ClockUnit
from ieum_contracts.timing import SEOUL, day_of

KOREA = business_calendar(None)
BUSINESS, CALENDAR, SECONDS = ClockUnit.BUSINESS_DAYS, ClockUnit.CALENDAR_DAYS, ClockUnit.SECONDS


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def end(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(18), SEOUL)


CLOSED = """
2026-01-01 Thu New Year
2026-02-16 Mon eve of Seollal
2026-02-17 Tue Seollal
2026-02-18 Wed day after Seollal
2026-03-02 Mon substitute for 1 March, a Sunday
2026-05-01 Fri Labour Day, a public holiday since 2026
2026-05-25 Mon substitute for Buddha's birthday, a Sunday
2026-07-17 Fri Constitution Day, a public holiday again since 2026
2026-08-17 Mon substitute for 15 August, a Saturday
2026-09-24 Thu eve of Chuseok
2026-09-25 Fri Chuseok
2026-10-05 Mon substitute for 3 October, a Saturday
2026-10-09 Fri Hangul Day
2027-02-08 Mon day after Seollal
2027-02-09 Tue substitute for Seollal, a Sunday
2027-05-03 Mon substitute for Labour Day, a Saturday
2027-07-19 Mon substitute for Constitution Day, a Saturday
2027-09-14 Tue eve of Chuseok
2027-09-16 Thu day after Chuseok
2027-12-27 Mon substitute for Christmas, a Saturday
"""
OPEN = "2026-02-13 2026-02-19 2026-04-30 2026-07-16 2026-09-28 2026-12-31 2027-02-05 2027-02-10 2027-09-17"

DUE = [
    # began                 amount  due          because
    ("2026-07-01T10:00", 3, "2026-07-06", "Wednesday: Thursday, Friday, Monday"),
    ("2026-07-01T08:00", 1, "2026-07-02", "the day of receipt is not counted, before opening neither"),
    ("2026-07-01T18:00", 1, "2026-07-02", "18:00 exactly is still that day"),
    ("2026-07-01T23:59", 1, "2026-07-02", "so is the last minute of it"),
    ("2026-07-04T12:00", 1, "2026-07-06", "received on a Saturday"),
    ("2026-02-12T15:00", 3, "2026-02-20", "over Seollal: Fri 13, Thu 19, Fri 20"),
    ("2026-02-13T09:00", 1, "2026-02-19", "the Friday before Seollal"),
    ("2026-02-17T09:00", 1, "2026-02-19", "received on Seollal itself"),
    ("2027-02-04T09:00", 3, "2027-02-11", "over Seollal 2027 with its substitute: Fri 5, Wed 10, Thu 11"),
    ("2026-09-22T09:00", 3, "2026-09-29", "over Chuseok: Wed 23, Mon 28, Tue 29"),
    ("2026-09-23T09:00", 3, "2026-09-30", "the day before Chuseok: Mon 28, Tue 29, Wed 30"),
    ("2027-09-13T09:00", 3, "2027-09-21", "over Chuseok 2027: Fri 17, Mon 20, Tue 21"),
    ("2026-10-01T09:00", 3, "2026-10-07", "over a substitute holiday: Fri 2, Tue 6, Wed 7"),
    ("2026-02-27T09:00", 1, "2026-03-03", "the substitute for 1 March"),
    ("2026-04-29T09:00", 2, "2026-05-04", "over Labour Day: Thu 30, Mon 4"),
    ("2026-07-15T09:00", 2, "2026-07-20", "over Constitution Day: Thu 16, Mon 20"),
    ("2026-12-30T09:00", 1, "2026-12-31", "the last day of a year"),
    ("2026-12-31T17:59", 1, "2027-01-04", "received on the last day of a year: Fri 1 is New Year"),
]


@pytest.mark.parametrize("line", CLOSED.strip().splitlines())
def test_the_centre_is_closed_on_a_public_holiday(line: str) -> None:
    day, weekday, _ = line.split(maxsplit=2)
    assert date.fromisoformat(day).strftime("%a") == weekday
    assert is_public_holiday(date.fromisoformat(day))
    assert not KOREA.is_open(date.fromisoformat(day))


@pytest.mark.parametrize("day", OPEN.split())
def test_it_is_open_beside_them(day: str) -> None:
    assert KOREA.is_open(date.fromisoformat(day))


@pytest.mark.parametrize(("began", "amount", "due", "because"), DUE)
def test_business_days_end_when_the_calendar_says(began: str, amount: int, due: str, because: str) -> None:
    assert KOREA.due(seoul(began), amount, BUSINESS) == end(due), because


def test_calendar_days_do_not_mind_holidays_and_seconds_no_days() -> None:
    assert KOREA.due(seoul("2026-09-18T23:00"), 7, CALENDAR) == end("2026-09-25")
    assert KOREA.due(seoul("2026-12-29T09:00"), 7, CALENDAR) == end("2027-01-05")
    assert KOREA.due(seoul("2026-09-25T23:00"), 4 * 3600, SECONDS) == seoul("2026-09-26T03:00")


OWN = OwnDays.model_validate(
    {"closed": {"2026-07-02": "임시공휴일"}, "working": {"2026-07-04": "토요일 근무", "2026-07-17": "근무"}}
)
WITH_OWN = BusinessCalendar(is_public_holiday, OWN)


def test_the_centres_own_days_count() -> None:
    assert not WITH_OWN.is_open(date(2026, 7, 2))
    assert WITH_OWN.is_open(date(2026, 7, 4))
    assert WITH_OWN.is_open(date(2026, 7, 17))
    assert WITH_OWN.due(seoul("2026-07-01T09:00"), 2, BUSINESS) == end("2026-07-04")


def test_another_calendar_has_another_version_and_the_same_one_the_same() -> None:
    assert version_of(WITH_OWN, 2026) != version_of(KOREA, 2026)
    assert version_of(business_calendar(None), 2026) == version_of(KOREA, 2026)
    distant = OwnDays.model_validate({"closed": {"2020-01-02": "오래 전"}})
    assert version_of(BusinessCalendar(is_public_holiday, distant), 2026) == version_of(KOREA, 2026)
    assert -(2**63) <= version_of(KOREA, 2026) < 2**63


@pytest.mark.parametrize(
    ("since", "until", "used"),
    [
        ("2026-07-01T10:00", "2026-07-01T17:00", 0),
        ("2026-07-01T10:00", "2026-07-02T17:59", 0),
        ("2026-07-01T10:00", "2026-07-02T18:00", 1),
        ("2026-07-01T10:00", "2026-07-06T09:00", 2),
        ("2026-09-23T10:00", "2026-09-27T12:00", 0),
    ],
)
def test_a_day_is_used_up_when_it_has_ended(since: str, until: str, used: int) -> None:
    assert KOREA.used(seoul(since), seoul(until), BUSINESS) == used


@pytest.mark.parametrize("days", [3_000, 100_000])
def test_more_business_days_than_ten_years_have_are_ten_years(days: int) -> None:
    """A peer may publish them: its referrals are taken in all the same."""
    since = seoul("2026-07-01T09:00")
    due = KOREA.due(since, days, BUSINESS)
    assert due == end_of(day_of(since) + timedelta(days=SEARCH_DAYS_MAX))
    assert BusinessCalendar(lambda _: True, NO_OWN_DAYS).due(since, 1, BUSINESS) == due
