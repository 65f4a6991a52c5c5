"""The table of the lifecycle once more, literally: the walk sees no wrong row, for both copies share it."""

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

ALL = " ".join(State)
UNENDED = "requested received info-requested waitlisted accepted in-progress on-hold completed failed"
TABLE = """
received        | requested                                     | received       | system        |
received        | info-requested                                | received       | system        | info-supplied-waits
received        | info-requested                                | received       | worker        |
info-requested  | received waitlisted                           | info-requested | worker        |
waitlisted      | received waitlisted                           | waitlisted     | policy worker |
accepted        | received waitlisted                           | accepted       | policy worker |
started         | accepted                                      | in-progress    | worker        |
progressed      | accepted in-progress                          | same           | worker        |
held            | accepted in-progress                          | on-hold        | worker        |
resumed         | on-hold                                       | in-progress    | worker        |
completed       | accepted in-progress on-hold                  | completed      | worker        |
failed          | accepted in-progress on-hold                  | failed         | worker        |
declined        | requested                                     | declined       | system        |
declined        | received info-requested waitlisted accepted   | declined       | worker        |
redirected      | received info-requested waitlisted accepted   | redirected     | worker        |
expired         | info-requested waitlisted                     | expired        | clock         |
cancelled       | received info-requested waitlisted            | cancelled      | system        | cancel-requested-waits
cancelled       | accepted in-progress on-hold                  | cancelled      | worker        | cancel-requested-waits
withdrawn       | UNENDED                                       | withdrawn      | system worker |
closed          | completed failed                              | closed         | system        | outcome-acknowledged-waits no-outcome-disputed-waits
closed          | completed failed                              | closed         | clock         | no-outcome-disputed-waits
reopened        | completed failed closed                       | in-progress    | worker        | outcome-disputed-waits not-reopened-before nothing-withdrawn
ask-rejected    | ALL                                           | same           | system worker | an-ask-waits
amendment-noted | requested received info-requested waitlisted accepted in-progress on-hold | same | system | amended-waits
consent.erased  | closed declined redirected cancelled withdrawn expired | same  | system        | withdrawn-and-not-yet-erased
"""  # noqa: E501 - a table is read by its rows
ASK_TABLE = """
info-supplied        | info-requested | many | received ask-rejected
amended              | requested received info-requested waitlisted accepted in-progress on-hold | many | amendment-noted ask-rejected
cancel-requested     | requested received info-requested waitlisted accepted in-progress on-hold | many | cancelled completed failed declined redirected expired withdrawn ask-rejected
outcome-acknowledged | completed failed | many | closed ask-rejected
outcome-disputed     | completed failed | once | reopened ask-rejected withdrawn consent.erased
consent.withdrawn    | ALL              | once | withdrawn consent.erased ask-rejected
"""  # noqa: E501 - a table is read by its rows


def _cells(table: str) -> list[list[str]]:
    text = table.replace("UNENDED", UNENDED).replace("ALL", ALL)
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


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
        for decision, states, to, by, conditions in _cells(TABLE)
    ]
    assert written == expected


def test_the_asks_are_those_of_the_design() -> None:
    written = [
        (row.ask.value, set(row.from_states), "once" if row.once else "many", set(row.settled_by))
        for row in ASKS.values()
    ]
    expected = [
        (name, set(states.split()), times, set(settled.split()))
        for name, states, times, settled in _cells(ASK_TABLE)
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
