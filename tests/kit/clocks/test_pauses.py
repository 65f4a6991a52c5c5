"""A clock that stops and goes on, and due times that move when the calendar does."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from ieum.application.business_calendar import is_public_holiday
from ieum.casework.business_days import BusinessCalendar, OwnDays
from ieum.casework.clock_rules import CLOCK_RULES, steps_of
from ieum.casework.hearing import hear
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.running_clocks import RunningClock, fired, paused, resumed, timed
from ieum.casework.values import Change
from ieum_contracts.codes import AskType, Decision, Priority, State
from ieum_contracts.lifecycle import RecipientCopy, SenderCopy
from ieum_contracts.message import Say
from ieum_contracts.overdue import Clock, ClockLevel, ReferralOverdue
from ieum_contracts.timing import SEOUL
from tests.kit.casework.agencies import RECIPIENT, SENDER, Two, event_of, new_id, view_of
from tests.kit.clocks.clocked import KOREA, Clocked


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def end(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(18), SEOUL)


def decision(since: str, priority: Priority = Priority.ROUTINE) -> RunningClock:
    clock = RunningClock(Clock.DECISION, seoul(since), steps_of(Clock.DECISION, priority), 7)
    return timed(clock, KOREA)


PAUSES = [
    # received            question            answer              due            because
    ("2026-07-01T10:00", "2026-07-01T15:00", "2026-07-06T09:00", "2026-07-09", "nothing used: Tue, Wed, Thu"),
    ("2026-07-01T10:00", "2026-07-02T17:59", "2026-07-06T09:00", "2026-07-09", "Thursday was not over"),
    (
        "2026-07-01T10:00",
        "2026-07-02T18:00",
        "2026-07-06T09:00",
        "2026-07-08",
        "18:00 exactly: Thursday counts",
    ),
    ("2026-07-01T10:00", "2026-07-04T12:00", "2026-07-05T12:00", "2026-07-06", "over within a weekend"),
    (
        "2026-09-22T10:00",
        "2026-09-24T12:00",
        "2026-09-28T09:00",
        "2026-09-30",
        "begun on a holiday: Wed is used",
    ),
    ("2026-09-22T10:00", "2026-09-25T12:00", "2026-09-26T12:00", "2026-09-29", "begun and ended on holidays"),
    ("2026-12-30T10:00", "2026-12-31T19:00", "2027-01-01T12:00", "2027-01-05", "over New Year: Thu is used"),
    ("2026-07-01T10:00", "2026-07-06T17:00", "2026-07-13T09:00", "2026-07-14", "one day is left"),
]


@pytest.mark.parametrize(("received", "question", "answer", "due", "because"), PAUSES)
def test_a_day_on_which_it_stood_still_is_not_counted(
    received: str, question: str, answer: str, due: str, because: str
) -> None:
    asked = paused(decision(received), seoul(question), KOREA)
    assert (asked.due_at, asked.fires_at) == (None, None)
    assert paused(asked, seoul(answer), KOREA) == asked
    assert resumed(asked, seoul(answer), KOREA).due_at == end(due), because


def test_four_hours_stand_still_to_the_second() -> None:
    asked = paused(decision("2026-07-01T10:00", Priority.CRISIS), seoul("2026-07-01T11:30"), KOREA)
    assert resumed(asked, seoul("2026-07-03T09:00"), KOREA).due_at == seoul("2026-07-03T11:30")


def test_what_is_due_already_stays_due() -> None:
    clock = decision("2026-07-01T10:00")
    assert paused(clock, end("2026-07-06"), KOREA) == clock
    late = fired(clock, end("2026-07-06"), KOREA)
    assert paused(late, end("2026-07-07"), KOREA).fires_at is None
    again = resumed(paused(late, end("2026-07-07"), KOREA), end("2026-07-09"), KOREA)
    assert (again, again.level) == (late, ClockLevel.OVERDUE)


def test_a_dispute_stops_an_acknowledgement_that_is_due_already() -> None:
    """Nothing can be closed while it waits: a clock that ran out then would never do anything again."""
    rule = CLOCK_RULES[Clock.ACKNOWLEDGEMENT]
    clock = timed(RunningClock(rule.clock, seoul("2026-07-01T10:00"), rule.steps, rule.harm), KOREA)
    disputed = paused(clock, end("2026-07-10"), KOREA)
    assert (disputed.fires_at, disputed.paused_at) == (None, end("2026-07-10"))
    again = resumed(disputed, end("2026-07-13"), KOREA)
    assert again.fires_at == end("2026-07-14")


def test_a_wait_that_is_expected_is_no_promised_review() -> None:
    clocked = Clocked()
    clocked.two.refer()
    clocked.two.deliver()
    clocked.two.decide(Decision.WAITLISTED, expected_wait_days=1)
    assert clocked.at_recipient[Clock.WAITLIST_REVIEW].due_at == end("2026-07-31")


def test_the_decision_waits_while_a_question_is_open_on_both_sides() -> None:
    clocked = Clocked()
    clocked.two.refer()
    clocked.two.deliver()
    clocked.two.decide(Decision.INFO_REQUESTED)
    clocked.two.deliver()
    for side in (clocked.at_sender, clocked.at_recipient):
        assert set(side) == {Clock.DECISION, Clock.INFO_REQUEST}
        assert side[Clock.DECISION].fires_at is None
    clocked.two.now = seoul("2026-07-03T10:00")
    clocked.two.ask(AskType.INFO_SUPPLIED)
    clocked.two.deliver()
    for side in (clocked.at_sender, clocked.at_recipient):
        assert {clock: each.due_at for clock, each in side.items()} == {Clock.DECISION: end("2026-07-08")}


def test_what_has_become_urgent_is_due_sooner_and_what_has_become_less_so_is_not_due_later() -> None:
    clocked = Clocked()
    clocked.two.refer()
    clocked.two.deliver()
    assert clocked.at_recipient[Clock.DECISION].due_at == end("2026-07-06")
    clocked.two.ask(AskType.AMENDED, priority="urgent")
    clocked.two.deliver()
    assert clocked.at_recipient[Clock.DECISION].due_at == end("2026-07-02")
    clocked.two.ask(AskType.AMENDED, priority="routine")
    clocked.two.deliver()
    calm = clocked.at_recipient[Clock.DECISION]
    assert (calm.due_at, calm.harm) == (end("2026-07-02"), CLOCK_RULES[Clock.DECISION].harm)


def test_work_that_rests_until_a_day_is_asked_for_thirty_days_after_it() -> None:
    clocked = Clocked()
    clocked.two.refer()
    clocked.two.deliver()
    clocked.two.decide(Decision.ACCEPTED)
    clocked.two.decide(Decision.HELD, until="2026-08-10")
    clocked.two.deliver()
    assert clocked.at_sender[Clock.PROGRESS].due_at == end("2026-09-09")
    assert clocked.at_recipient[Clock.PROGRESS].due_at == end("2026-09-09")


def closed_on(*days: str) -> BusinessCalendar:
    own = OwnDays.model_validate({"closed": dict.fromkeys(days, "임시공휴일")})
    return BusinessCalendar(is_public_holiday, own)


def test_a_temporary_holiday_that_is_added_late_moves_what_is_due() -> None:
    clock = decision("2026-07-01T10:00")
    assert clock.due_at == end("2026-07-06")
    assert timed(clock, closed_on("2026-07-03")).due_at == end("2026-07-07")
    assert timed(clock, closed_on("2026-07-06")).due_at == end("2026-07-07")
    assert timed(clock, closed_on("2026-07-08")) == clock


def test_what_has_fired_is_not_moved_and_fires_no_second_time() -> None:
    late = fired(decision("2026-07-01T10:00"), end("2026-07-06"), KOREA)
    moved = timed(late, closed_on("2026-07-03", "2026-07-06"))
    assert (moved, moved.fires_at) == (late, None)
    assert fired(moved, end("2026-07-20"), KOREA) == late


def test_after_an_outage_a_clock_speaks_once_at_the_level_that_it_has_reached() -> None:
    rule = CLOCK_RULES[Clock.PROGRESS]
    clock = timed(RunningClock(Clock.PROGRESS, seoul("2026-01-05T10:00"), rule.steps, rule.harm), KOREA)
    woken = fired(clock, seoul("2026-06-01T10:00"), KOREA)
    assert (woken.level, woken.fires_at) == (ClockLevel.OVERDUE, None)


def test_a_promise_that_has_passed_is_none() -> None:
    clocked = Clocked()
    clocked.two.refer()
    clocked.two.deliver()
    passed = clocked.two.now - timedelta(days=1)
    clocked.two.decide(Decision.INFO_REQUESTED, due_at=passed.isoformat())
    assert clocked.at_recipient[Clock.INFO_REQUEST].due_at == end("2026-07-08")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("sender", [True, False])
def test_a_reminder_may_be_heard_in_any_state_and_changes_nothing(state: State, sender: bool) -> None:
    two = Two()
    two.refer()
    two.deliver()
    mine = two.at_sender if sender else two.at_recipient
    copy = SenderCopy(state) if sender else RecipientCopy(state)
    known = LoadedCases([replace(mine, copy=copy)])
    body = ReferralOverdue(clock=Clock.DECISION, level=ClockLevel.OVERDUE, due_at=two.now)
    me, other = (SENDER, RECIPIENT) if sender else (RECIPIENT, SENDER)
    heard = hear(known, event_of(Say(me, two.id, None, body), other, two.now), view_of(me), two.now)
    assert heard == Change()
    stranger = event_of(Say(me, two.id, None, body), me, two.now)
    assert hear(known, stranger, view_of(me), two.now) != Change()
    unknown = event_of(Say(me, new_id(), None, body), other, two.now)
    assert getattr(hear(known, unknown, view_of(me), two.now), "reason", "") == "referral-unknown"
