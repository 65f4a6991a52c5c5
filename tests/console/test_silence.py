"""The silence detector says something when it should, explains it, and otherwise keeps quiet."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ieum.casework.business_days import WEEKDAYS
from ieum_console.silence.business_time import business_seconds
from ieum_console.silence.detector import SAMPLES_MIN, Answer, Finding, Slot, Verdict, judge, quantile

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 30, 1, 40, tzinfo=UTC)
"""10:40 in Seoul."""


def history(minutes: Sequence[float], *, weeks: int = 12) -> list[Answer]:
    """Give answers to requests of earlier Mondays at 10:40, each after so many minutes."""
    asked = [MONDAY - timedelta(weeks=1 + place % weeks) for place in range(len(minutes))]
    return [Answer(at, at + timedelta(minutes=m)) for at, m in zip(asked, minutes, strict=True)]


def found(answers: Sequence[Answer], waiting: int, after: timedelta) -> Finding:
    return judge(answers, [MONDAY] * waiting, MONDAY + after, WEEKDAYS)


def test_four_wait_since_1040_where_two_hours_are_usual() -> None:
    usual = history([60 + place for place in range(60)])

    early, late = found(usual, 4, 1 * HOUR), found(usual, 4, 3 * HOUR)

    assert early.verdict is Verdict.USUAL
    assert late.verdict is Verdict.SILENT
    assert (late.slot, late.samples, late.waiting, late.beyond) == (Slot.WEEKDAY_AND_HOUR, 60, 4, 4)
    assert (late.since, late.usual_seconds) == (MONDAY, 113 * 60.0)


def test_one_that_waits_is_no_silence_until_it_waits_very_long() -> None:
    usual = history([30.0] * 40)

    assert found(usual, 1, timedelta(minutes=50)).verdict is Verdict.USUAL
    assert found(usual, 1, 2 * HOUR).verdict is Verdict.SILENT


def test_who_has_answered_something_since_is_not_silent() -> None:
    answers = [*history([30.0] * 40), Answer(MONDAY + HOUR, MONDAY + 2 * HOUR)]

    assert found(answers, 4, 5 * HOUR).verdict is Verdict.USUAL


def test_nobody_is_silent_at_night_or_at_the_weekend() -> None:
    usual = history([30.0] * 40)

    assert found(usual, 9, 12 * HOUR).verdict is Verdict.CLOSED
    friday = MONDAY + timedelta(days=4, hours=7)
    monday = judge(usual, [friday] * 5, friday + timedelta(days=2, hours=15, minutes=25), WEEKDAYS)
    assert monday.verdict is Verdict.USUAL, "two days passed, and 25 minutes of business time"


@pytest.mark.parametrize("answers", [[], history([1.0] * (SAMPLES_MIN - 1))])
def test_where_too_little_is_known_it_keeps_quiet(answers: list[Answer]) -> None:
    quiet = found(answers, 50, 6 * HOUR)

    assert quiet.verdict is Verdict.TOO_LITTLE_KNOWN
    assert quiet.usual_seconds is None


def test_a_slot_with_few_answers_is_judged_by_a_wider_one() -> None:
    other_hour = [Answer(each.asked_at + HOUR, each.answered_at + HOUR) for each in history([30.0] * 40)]
    other_day = [
        Answer(e.asked_at - 24 * HOUR * 4, e.answered_at - 24 * HOUR * 4) for e in history([9.0] * 40)
    ]

    assert found(other_hour, 3, 3 * HOUR).slot is Slot.WEEKDAY
    assert found(other_day, 3, 3 * HOUR).slot is Slot.HOUR


MINUTES = st.floats(1, 180)


@given(st.lists(MINUTES, min_size=40, max_size=80), st.data())
def test_it_learns_nothing_from_an_outage(clean: list[float], data: st.DataObject) -> None:
    """Up to a fifth of the answers came only after an outage; what is usual stays what it was at most."""
    outages = data.draw(st.integers(0, len(clean) // 5))
    outage = [Answer(a.asked_at, a.asked_at + timedelta(days=12)) for a in history([0.0] * outages)]

    with_outage = found([*history(clean), *outage], 0, HOUR)

    assert with_outage.outliers >= outages
    assert with_outage.usual_seconds is not None
    assert with_outage.usual_seconds <= max(300.0, *(60 * each for each in clean))


@given(st.lists(MINUTES, min_size=SAMPLES_MIN, max_size=60), st.integers(0, 8), st.integers(0, 6))
def test_what_it_finds_follows_from_its_own_numbers(minutes: list[float], waiting: int, hours: int) -> None:
    verdict = found(history(minutes), waiting, hours * HOUR)

    assert 0 <= verdict.beyond <= verdict.waiting == waiting
    if verdict.verdict is Verdict.SILENT:
        assert verdict.beyond > 0
        assert verdict.usual_seconds is not None
        assert hours * 3600 > verdict.usual_seconds


@given(st.lists(MINUTES, min_size=SAMPLES_MIN, max_size=60), st.integers(1, 8), st.integers(0, 5))
def test_who_was_silent_is_silent_an_hour_later(minutes: list[float], waiting: int, hours: int) -> None:
    answers = history(minutes)
    assume(found(answers, waiting, hours * HOUR).verdict is Verdict.SILENT)

    assert found(answers, waiting, (hours + 1) * HOUR).verdict is Verdict.SILENT


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1.0))
def test_a_quantile_is_one_of_its_values_and_covers_its_share(values: list[float], share: float) -> None:
    found_value = quantile(values, share)

    assert found_value in values
    assert sum(each <= found_value for each in values) >= share * len(values) - 1e-6


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_business_time_adds_up(first: int, second: int, third: int) -> None:
    one, two, three = (MONDAY + timedelta(hours=h) for h in sorted((first, second, third)))
    whole = business_seconds(one, three, WEEKDAYS)

    assert whole == business_seconds(one, two, WEEKDAYS) + business_seconds(two, three, WEEKDAYS)
    assert 0 <= whole <= (three - one).total_seconds()
