"""Whose move it is, until when: folded from headers by the pure lifecycle, in whatever order they came."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieum.casework.business_days import WEEKDAYS
from ieum.casework.custody import custody_of
from ieum.casework.referral_fold import Custody, Said
from ieum_console.projector.streams_known import gaps_of
from ieum_contracts.codes import State
from ieum_contracts.overdue import Clock

SENDER, RECIPIENT = 1, 2
MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NAMES = UUID(int=7)

STORY = (
    (SENDER, "requested"),
    (RECIPIENT, "received"),
    (RECIPIENT, "info-requested"),
    (SENDER, "info-supplied"),
    (RECIPIENT, "received"),
    (RECIPIENT, "accepted"),
    (RECIPIENT, "started"),
    (RECIPIENT, "completed"),
    (SENDER, "outcome-acknowledged"),
    (RECIPIENT, "closed"),
)


def events(*story: tuple[int, str], minutes: float = 10) -> list[Said]:
    """Say a story; what answers an ask names it as its cause."""
    numbers, found, last_ask = {SENDER: 0, RECIPIENT: 0}, list[Said](), None
    for place, (source, word) in enumerate(story):
        numbers[source] += 1
        name = word if word.startswith("consent.") else f"referral.{word}"
        at = MONDAY + timedelta(minutes=minutes * place)
        event = uuid5(NAMES, str(place))
        other = RECIPIENT if source == SENDER else SENDER
        cause = None if source == SENDER or last_ask is None else str(last_ask)
        found.append(Said(source, other, numbers[source], f"{name}.v1", event, at, at, None, cause))
        last_ask = event if source == SENDER else last_ask
    return found


def custody(said: Sequence[Said]) -> Custody:
    found = custody_of(said, WEEKDAYS)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("steps", "state", "holder", "clock"),
    [
        (1, State.REQUESTED, RECIPIENT, Clock.TECHNICAL_RECEIPT),
        (2, State.RECEIVED, RECIPIENT, Clock.DECISION),
        (3, State.INFO_REQUESTED, SENDER, Clock.INFO_REQUEST),
        (4, State.INFO_REQUESTED, RECIPIENT, Clock.INFO_REQUEST),
        (5, State.RECEIVED, RECIPIENT, Clock.DECISION),
        (6, State.ACCEPTED, RECIPIENT, Clock.PROGRESS),
        (8, State.COMPLETED, SENDER, Clock.ACKNOWLEDGEMENT),
        (9, State.COMPLETED, RECIPIENT, Clock.ACKNOWLEDGEMENT),
        (10, State.CLOSED, None, None),
    ],
)
def test_each_step_says_whose_move_it_is(
    steps: int, state: State, holder: int | None, clock: Clock | None
) -> None:
    found = custody(events(*STORY[:steps]))

    assert (found.copy.state, found.holder, found.due_clock) == (state, holder, clock)
    assert found.ended == (state is State.CLOSED)


def test_a_decision_is_due_after_three_business_days_at_six_in_seoul() -> None:
    assert custody(events(*STORY[:2])).due_at == datetime(2026, 12, 3, 9, 0, tzinfo=UTC)


def test_the_time_for_a_decision_stands_still_while_something_is_asked() -> None:
    slow = events(*STORY[:5], minutes=24 * 60)

    assert custody(slow[:2]).due_at == datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
    assert custody(slow).due_at == datetime(2026, 12, 9, 9, 0, tzinfo=UTC)


def test_a_withdrawal_leaves_one_duty_until_its_receipt() -> None:
    story = (*STORY[:2], (SENDER, "consent.withdrawn"))
    asked, stopped = custody(events(*story)), custody(events(*story, (RECIPIENT, "withdrawn")))
    erased = custody(events(*story, (RECIPIENT, "withdrawn"), (RECIPIENT, "consent.erased")))

    assert (asked.holder, asked.due_clock) == (RECIPIENT, Clock.ERASURE_RECEIPT)
    assert (stopped.copy.state, stopped.holder) == (State.WITHDRAWN, RECIPIENT)
    assert (erased.holder, erased.due_at, erased.copy.erased) == (None, None, True)
    assert erased.withdrawn_at == asked.withdrawn_at


def test_an_answer_is_the_first_decision_of_a_worker() -> None:
    declined = custody(events((SENDER, "requested"), (RECIPIENT, "declined")))

    assert custody(events(*STORY)).answered_at == MONDAY + timedelta(minutes=20)
    assert declined.answered_at is None, "the system declined on receipt; nobody had to think"
    assert custody(events(*STORY[:2])).answered_at is None


def test_what_the_table_does_not_allow_changes_nothing() -> None:
    found = custody(events(*STORY, (RECIPIENT, "accepted")))

    assert found.copy.state is State.CLOSED


def test_without_an_event_that_has_one_party_nothing_is_known() -> None:
    assert custody_of(events((SENDER, "overdue")), WEEKDAYS) is None


@given(st.permutations(events(*STORY)))
def test_the_order_of_arrival_changes_nothing(shuffled: list[Said]) -> None:
    assert custody(shuffled) == custody(events(*STORY))


@given(st.sets(st.integers(1, 40), min_size=1))
def test_gaps_are_what_is_missing_below_the_highest_number(numbers: set[int]) -> None:
    gaps = {n for first, last in gaps_of(numbers) for n in range(first, last + 1)}

    assert gaps == set(range(1, max(numbers))) - numbers
