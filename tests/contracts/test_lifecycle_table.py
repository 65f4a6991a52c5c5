"""The table of the lifecycle is the written one: the walk sees no wrong row, for both copies share it."""

import pytest

from ieum_contracts.codes import AskType, Decision, State
from ieum_contracts.lifecycle import (
    ASKS,
    ENDED,
    ROWS,
    Decided,
    Mover,
    NotAllowed,
    RecipientCopy,
    SenderCopy,
    as_json,
    ask,
    asks_allowed,
    decide,
    hear_decision,
    moves_allowed,
)
from tests.contracts.lifecycle_walk import IDS
from tests.contracts.written_lifecycle import ASK_TABLE, TABLE, UNENDED, cells


def test_the_decisions_are_those_of_the_design() -> None:
    written = [
        (
            row.decision.value,
            set(row.from_states),
            "same" if row.to is None else row.to.value,
            set(row.by),
            [condition.value for condition in row.conditions],
        )
        for row in ROWS
    ]
    expected = [
        (decision, set(states.split()), to, set(by.split()), conditions.split())
        for decision, states, to, by, conditions in cells(TABLE)
    ]
    assert written == expected


def test_the_asks_are_those_of_the_design() -> None:
    written = [
        (row.ask.value, set(row.from_states), "once" if row.once else "many", set(row.settled_by))
        for row in ASKS.values()
    ]
    expected = [
        (name, set(states.split()), times, set(settled.split()))
        for name, states, times, settled in cells(ASK_TABLE)
    ]
    assert written == expected


def test_the_ended_states_are_those_of_the_design() -> None:
    assert set(State) - set(UNENDED.split()) == ENDED


@pytest.mark.parametrize("state", State)
def test_a_worker_is_offered_exactly_the_moves_that_succeed(state: State) -> None:
    copy = RecipientCopy(state)
    offered = moves_allowed(copy)
    rows = {
        row.decision for row in ROWS if state in row.from_states and "worker" in row.by and not row.conditions
    }
    assert set(offered) == rows
    for decision in Decision:
        assert isinstance(decide(copy, decision, Mover.WORKER), Decided) == (decision in offered)


@pytest.mark.parametrize("state", State)
def test_a_sender_is_offered_exactly_the_asks_that_succeed(state: State) -> None:
    copy = SenderCopy(state)
    rows = {row.ask for row in ASKS.values() if state in row.from_states}
    assert set(asks_allowed(copy)) == rows
    for kind in AskType:
        assert isinstance(ask(copy, kind, IDS[kind]), SenderCopy) == (kind in rows)


def test_a_second_ask_of_a_type_is_refused_and_names_the_first() -> None:
    first = IDS[AskType.AMENDED]
    copy = ask(SenderCopy(State.RECEIVED), AskType.AMENDED, first)
    assert isinstance(copy, SenderCopy)
    assert ask(copy, AskType.AMENDED, IDS[AskType.CANCEL_REQUESTED]) == NotAllowed("already-asked", first)


def test_a_decision_that_answers_what_nobody_asked_is_a_breach() -> None:
    heard = hear_decision(SenderCopy(State.RECEIVED), Decision.ACCEPTED, (IDS[AskType.AMENDED],))
    assert heard == NotAllowed("answers-unknown")


def test_a_decision_that_settles_another_kind_of_ask_is_a_breach() -> None:
    asked = ask(SenderCopy(State.RECEIVED), AskType.CANCEL_REQUESTED, IDS[AskType.CANCEL_REQUESTED])
    assert isinstance(asked, SenderCopy)
    heard = hear_decision(asked, Decision.AMENDMENT_NOTED, (IDS[AskType.CANCEL_REQUESTED],))
    assert heard == NotAllowed("answers-unknown")


def test_the_published_table_says_what_the_code_does() -> None:
    published = as_json()
    assert published["states"] == [state.value for state in State]
    assert isinstance(published["decisions"], list)
    assert len(published["decisions"]) == len(ROWS)
