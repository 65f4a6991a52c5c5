"""The table of clocks once more, literally, and what each clock brings about at each side."""

from datetime import date, datetime, time, timedelta

import pytest

from ieum.casework.clock_rules import CLOCK_RULES, Step, harm_of, steps_of
from ieum_contracts.causes import ClosedCause, ExpiredClock
from ieum_contracts.codes import AskType, Decision, Priority, State
from ieum_contracts.decisions import ReferralClosed, ReferralExpired
from ieum_contracts.overdue import Clock, ClockLevel, ClockPublished, ClockUnit, ReferralOverdue
from ieum_contracts.timing import SEOUL
from tests.kit.casework.agencies import RECIPIENT
from tests.kit.clocks.clocked import Clocked

TABLE = """
technical-receipt | requested                        | recipient | mark   | -      | warn 60 seconds, alarm 900 seconds
decision          | received                         | recipient | remind | mark   | overdue 3 business-days
info-request      | info-requested                   | sender    | mark   | expire | overdue 7 calendar-days
waitlist-review   | waitlisted                       | recipient | mark   | expire | overdue 30 calendar-days
progress          | accepted in-progress on-hold     | recipient | remind | mark   | warn 30 calendar-days, overdue 40 calendar-days
acknowledgement   | completed failed                 | sender    | mark   | close  | overdue 7 calendar-days
erasure-receipt   | ALL                              | recipient | mark   | -      | overdue 5 calendar-days
"""  # noqa: E501 - a table is read by its rows


def end(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(18), SEOUL)


def _written(steps: tuple[Step, ...]) -> str:
    return ", ".join(f"{step.level} {step.amount} {step.unit}" for step in steps)


def test_the_clocks_are_those_of_the_design() -> None:
    expected = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    written = [
        [
            rule.clock.value,
            "ALL" if rule.states == set(State) else " ".join(s for s in State if s in rule.states),
            rule.owes.value,
            rule.at_sender or "-",
            rule.at_recipient or "-",
            _written(rule.steps),
        ]
        for rule in CLOCK_RULES.values()
    ]
    assert written == expected


@pytest.mark.parametrize(
    ("priority", "steps", "harm"),
    [
        (Priority.ROUTINE, "overdue 3 business-days", 7),
        (Priority.URGENT, "overdue 1 business-days", 4),
        (Priority.CRISIS, "overdue 14400 seconds", 1),
    ],
)
def test_a_decision_depends_on_the_priority(priority: Priority, steps: str, harm: int) -> None:
    assert _written(steps_of(Clock.DECISION, priority)) == steps
    assert harm_of(Clock.DECISION, priority) == harm


def test_a_programme_may_have_other_times() -> None:
    urgent = ClockPublished(
        clock=Clock.DECISION,
        level=ClockLevel.OVERDUE,
        amount=2,
        unit=ClockUnit.BUSINESS_DAYS,
        priority=Priority.URGENT,
    )
    reminder = ClockPublished(
        clock=Clock.PROGRESS, level=ClockLevel.WARN, amount=10, unit=ClockUnit.CALENDAR_DAYS
    )
    assert _written(steps_of(Clock.DECISION, Priority.URGENT, [urgent])) == "overdue 2 business-days"
    assert _written(steps_of(Clock.DECISION, Priority.ROUTINE, [urgent])) == "overdue 3 business-days"
    written = _written(steps_of(Clock.PROGRESS, Priority.ROUTINE, [reminder]))
    assert written == "warn 10 calendar-days, overdue 40 calendar-days"


def referred(**fields: str) -> Clocked:
    clocked = Clocked()
    clocked.two.refer(**fields)
    return clocked


def received(**fields: str) -> Clocked:
    clocked = referred(**fields)
    clocked.two.deliver()
    return clocked


def test_the_levels_of_a_receipt_are_reached_one_after_the_other() -> None:
    clocked = referred()
    clocked.two.recipient.mailbox.clear()
    clock = clocked.at_sender[Clock.TECHNICAL_RECEIPT]
    assert clock.due_at == clock.since + timedelta(seconds=60)
    assert clocked.until(clock.since + timedelta(seconds=60)) == []
    warned = clocked.at_sender[Clock.TECHNICAL_RECEIPT]
    assert (warned.level, warned.due_at) == (ClockLevel.WARN, clock.since + timedelta(minutes=15))
    clocked.until(clock.since + timedelta(hours=1))
    alarmed = clocked.at_sender[Clock.TECHNICAL_RECEIPT]
    assert (alarmed.level, alarmed.fires_at) == (ClockLevel.ALARM, None)


@pytest.mark.parametrize(
    ("priority", "due"), [("routine", "2026-07-06"), ("urgent", "2026-07-02"), ("crisis", None)]
)
def test_a_decision_is_due_and_the_sender_reminds_once(priority: str, due: str | None) -> None:
    clocked = received(priority=priority)
    assert set(clocked.at_sender) == set(clocked.at_recipient) == {Clock.DECISION}
    clock = clocked.at_recipient[Clock.DECISION]
    assert clock.due_at == (clock.since + timedelta(hours=4) if due is None else end(due))
    assert clocked.at_sender[Clock.DECISION].due_at is not None
    late = clock.due_at + timedelta(hours=1)
    (said,) = clocked.until(late)
    assert isinstance(said.body, ReferralOverdue)
    assert (said.to, said.body.clock, said.body.level) == (RECIPIENT, Clock.DECISION, ClockLevel.OVERDUE)
    assert clocked.until(late + timedelta(days=300)) == []
    assert clocked.two.at_recipient.state is State.RECEIVED
    assert clocked.at_recipient[Clock.DECISION].level is ClockLevel.OVERDUE
    clocked.two.decide(Decision.ACCEPTED)
    clocked.two.deliver()
    assert set(clocked.at_sender) == set(clocked.at_recipient) == {Clock.PROGRESS}


def test_an_agency_that_knows_no_reminders_is_told_none() -> None:
    clocked = Clocked(hears=False)
    clocked.two.refer()
    clocked.two.deliver()
    assert clocked.until(end("2026-07-20")) == []
    assert clocked.at_sender[Clock.DECISION].level is ClockLevel.OVERDUE


def test_a_question_that_nobody_answers_ends_the_referral_after_seven_days() -> None:
    clocked = received()
    clocked.two.decide(Decision.INFO_REQUESTED)
    clocked.two.deliver()
    assert clocked.at_recipient[Clock.INFO_REQUEST].due_at == end("2026-07-08")
    assert clocked.at_sender[Clock.INFO_REQUEST].due_at == end("2026-07-08")
    assert clocked.until(end("2026-07-08") - timedelta(seconds=1)) == []
    (said,) = clocked.until(end("2026-07-08"))
    assert isinstance(said.body, ReferralExpired)
    assert said.body.clock is ExpiredClock.INFO_REQUEST
    assert clocked.two.at_sender.state is clocked.two.at_recipient.state is State.EXPIRED
    assert clocked.at_sender == clocked.at_recipient == {}


def test_a_waiting_list_is_reviewed_at_the_promised_time_and_a_renewal_puts_it_off() -> None:
    clocked = received()
    promised, later = "2026-07-20T01:00:00Z", "2026-08-20T01:00:00Z"
    clocked.two.decide(Decision.WAITLISTED, review_at=promised)
    clocked.two.deliver()
    due = datetime.fromisoformat(promised)
    assert [side[Clock.WAITLIST_REVIEW].due_at for side in (clocked.at_sender, clocked.at_recipient)] == [
        due,
        due,
    ]
    clocked.two.now = due - timedelta(hours=1)
    clocked.two.decide(Decision.WAITLISTED, review_at=later)
    clocked.two.deliver()
    assert clocked.until(due + timedelta(days=1)) == []
    (said,) = clocked.until(datetime.fromisoformat(later))
    assert isinstance(said.body, ReferralExpired)
    assert said.body.clock is ExpiredClock.WAITLIST_REVIEW


def test_progress_is_reminded_of_after_thirty_days_and_overdue_after_forty() -> None:
    clocked = received()
    clocked.two.decide(Decision.ACCEPTED)
    clocked.two.deliver()
    (reminder,) = clocked.until(end("2026-07-31"))
    assert isinstance(reminder.body, ReferralOverdue)
    assert reminder.body.level is ClockLevel.WARN
    clocked.two.decide(Decision.STARTED)
    clocked.two.deliver()
    (second,) = clocked.until(end("2026-08-30"))
    assert isinstance(second.body, ReferralOverdue)
    (overdue,) = clocked.until(end("2026-09-09"))
    assert isinstance(overdue.body, ReferralOverdue)
    assert overdue.body.level is ClockLevel.OVERDUE


def test_an_outcome_that_nobody_acknowledges_is_closed_after_seven_days() -> None:
    clocked = received()
    for decision in (Decision.ACCEPTED, Decision.COMPLETED):
        clocked.two.decide(decision)
    clocked.two.deliver()
    said = clocked.until(end("2026-07-08"))
    assert isinstance(said[0].body, ReferralClosed)
    assert (said[0].body.cause, said[0].body.closed_as) == (ClosedCause.UNACKNOWLEDGED, "completed")
    assert clocked.two.at_sender.state is State.CLOSED
    assert not clocked.at_sender


def test_a_dispute_stops_the_closing_until_it_is_settled() -> None:
    clocked = received()
    for decision in (Decision.ACCEPTED, Decision.COMPLETED):
        clocked.two.decide(decision)
    clocked.two.deliver()
    clocked.two.now = end("2026-07-05")
    clocked.two.ask(AskType.OUTCOME_DISPUTED)
    clocked.two.deliver()
    assert clocked.until(end("2026-07-20")) == []
    clocked.two.decide(Decision.ASK_REJECTED)
    clocked.two.deliver()
    assert clocked.at_recipient[Clock.ACKNOWLEDGEMENT].due_at == end("2026-07-23")
    assert clocked.until(end("2026-07-22")) == []
    assert clocked.until(end("2026-07-23")) != []


def test_after_a_withdrawal_the_erasure_alone_is_waited_for_and_nothing_is_said() -> None:
    clocked = received()
    clocked.two.ask(AskType.CONSENT_WITHDRAWN)
    assert set(clocked.at_sender) == {Clock.ERASURE_RECEIPT}
    asked, clocked.two.recipient.mailbox = (
        list(clocked.two.recipient.mailbox),
        type(clocked.two.recipient.mailbox)(),
    )
    assert clocked.until(end("2026-07-06")) == []
    assert clocked.at_sender[Clock.ERASURE_RECEIPT].level is ClockLevel.OVERDUE
    clocked.two.recipient.mailbox.extend(asked)
    clocked.two.deliver()
    assert clocked.at_sender == clocked.at_recipient == {}
