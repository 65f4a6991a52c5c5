"""A question names the time at which it ends the referral, as the clocks of both sides have it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pydantic import JsonValue

from ieum.casework.deadlines import with_deadline
from ieum.casework.decision_orders import DECISION_ORDER, RequestInfo
from ieum.casework.running_clocks import started
from ieum_contracts.codes import Decision
from ieum_contracts.decisions import ReferralInfoRequested
from ieum_contracts.overdue import Clock, ClockLevel, ClockPublished, ClockUnit
from ieum_contracts.timing import SEOUL
from tests.kit.casework.agencies import DECISIONS, RECIPIENT, SENDER, Desk, Two
from tests.kit.clocks.clocked import clocked_view

WEDNESDAY = datetime(2026, 9, 16, 10, tzinfo=SEOUL)
THREE_DAYS = ClockPublished(
    clock=Clock.INFO_REQUEST, level=ClockLevel.OVERDUE, amount=3, unit=ClockUnit.BUSINESS_DAYS
)
VIEW = clocked_view(Desk(RECIPIENT))


def told(*clocks: ClockPublished, **fields: JsonValue) -> datetime | None:
    """Give the time that a question names, asked on a Wednesday."""
    two = Two()
    two.refer()
    two.deliver()
    view = replace(VIEW, clocks={two.at_recipient.programme: clocks})
    question = DECISION_ORDER.validate_python({**DECISIONS[Decision.INFO_REQUESTED], **fields})
    order = with_deadline(question, two.at_recipient, view, WEDNESDAY)
    assert isinstance(order, RequestInfo)
    return order.due_at


@pytest.mark.parametrize(
    ("clocks", "due"),
    [
        ((), datetime(2026, 9, 23, 18, tzinfo=SEOUL)),
        ((THREE_DAYS,), datetime(2026, 9, 21, 18, tzinfo=SEOUL)),
    ],
    ids=["as the table says", "as the programme says"],
)
def test_the_time_is_that_of_the_clock(clocks: tuple[ClockPublished, ...], due: datetime) -> None:
    assert told(*clocks) == due


def test_a_time_that_the_worker_names_stays() -> None:
    own = WEDNESDAY + timedelta(days=2)
    assert told(due_at=own.isoformat()) == own


def test_both_sides_count_to_the_time_that_is_told() -> None:
    two = Two()
    two.refer()
    two.deliver()
    due = told(THREE_DAYS)
    said = ReferralInfoRequested.model_validate({"questions": ["income"], "due_at": due, "answers": ()})
    for referral, view in ((two.at_recipient, VIEW), (two.at_sender, clocked_view(Desk(SENDER)))):
        assert started(Clock.INFO_REQUEST, referral, [said], WEDNESDAY, view).due_at == due


@pytest.mark.parametrize("decision", [Decision.WAITLISTED, Decision.ACCEPTED, Decision.DECLINED])
def test_other_decisions_stay_as_they_are(decision: Decision) -> None:
    two = Two()
    two.refer()
    two.deliver()
    order = DECISION_ORDER.validate_python(DECISIONS[decision])
    assert with_deadline(order, two.at_recipient, VIEW, WEDNESDAY) is order
