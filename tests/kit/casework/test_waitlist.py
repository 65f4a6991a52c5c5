"""A queue in memory: who is accepted, waits or hears another position, by the places and the policy."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from pydantic import JsonValue

from ieum.casework.capacity import AnswerPolicy, RoomPolicy, RoomStanding, capacity_of
from ieum.casework.values import Change, Referral
from ieum.casework.verified import likely_on_verified_facts
from ieum.casework.waitlist import Move, Queued, moved, moves, told_position
from ieum_contracts.capacity import Room
from ieum_contracts.codes import Decision, State
from ieum_contracts.decisions import ReferralAccepted, ReferralWaitlisted
from tests.kit.casework.agencies import START, Two, new_id

CASES = "case-management"
AUTOMATIC = RoomPolicy(AnswerPolicy.AUTOMATIC)
BY_HAND = RoomPolicy()
SIZE = "household_size"


def arrived(source: str = "verified") -> Two:
    """Let one client arrive whose household is known so well."""
    two = Two()
    sealed: JsonValue = {
        "client": {"name": "가나다 시험"},
        "circumstances": {SIZE: {"value": 2, "source": source}},
    }
    two.refer(programme=CASES, sealed=sealed)
    two.deliver()
    return two


def waiting(source: str = "verified") -> Two:
    two = arrived(source)
    two.decide(Decision.WAITLISTED)
    two.deliver()
    return two


def walk(
    queue: Sequence[Two | Referral],
    policy: RoomPolicy,
    told: ReferralWaitlisted | None = None,
    **room: object,
) -> list[tuple[int, Move]]:
    """Walk a queue; gives each move with the number of whom it is about."""
    standing = RoomStanding(CASES, **room)  # type: ignore[arg-type]
    referrals = [each.at_recipient if isinstance(each, Two) else each for each in queue]
    queued = [Queued(each, told) for each in referrals]
    ids = [each.id for each in referrals]
    return [(ids.index(each.referral.id), each) for each in moves(queued, standing, policy)]


def unlikely() -> Referral:
    """Let a client arrive for whom the rules do not hold."""
    referral = arrived().at_recipient
    assert referral.assessment is not None
    return replace(referral, assessment=referral.assessment.replace(b'"likely"', b'"unlikely"'))


def accepted(found: list[tuple[int, Move]]) -> list[int]:
    return [number for number, move in found if move.accepts]


@pytest.mark.parametrize(
    ("source", "is_likely"), [("verified", True), ("documented", False), ("stated", False)]
)
def test_only_verified_facts_speak_for_themselves(source: str, *, is_likely: bool) -> None:
    assert likely_on_verified_facts(arrived(source).at_recipient) is is_likely
    assert not likely_on_verified_facts(unlikely())


def test_by_policy_the_first_ones_get_the_places_and_the_next_wait() -> None:
    found = walk([arrived() for _ in range(4)], AUTOMATIC, places=3, taken=1)
    assert accepted(found) == [0, 1]
    assert [(number, move.told.position) for number, move in found if move.told] == [(2, 1), (3, 2)]


def test_a_place_is_kept_for_whom_a_worker_has_to_decide() -> None:
    found = walk([waiting("stated"), arrived("stated"), arrived(), arrived()], AUTOMATIC, places=3)
    assert accepted(found) == [2], "of three places two are kept for those in front"
    told = {number: move.told for number, move in found if move.told}
    assert told[0].expected_wait_days == 0, "she is told that there is a place"
    assert 1 not in told, "an arrival for whom a place is kept is left to the worker"
    assert told[3].position == 2


def test_who_is_unlikely_neither_gets_nor_keeps_a_place() -> None:
    found = walk([unlikely(), arrived()], AUTOMATIC, places=1)
    assert accepted(found) == [1]
    assert len(found) == 1, "a worker decides about the first"


@pytest.mark.parametrize("room", [Room.WAITLIST, Room.NONE])
def test_without_room_arrivals_are_put_on_the_waiting_list(room: Room) -> None:
    found = walk([arrived(), arrived("stated")], AUTOMATIC, room=room, expected_days=14)
    assert [move.told and move.told.expected_wait_days for _, move in found] == [14, 14]


@pytest.mark.parametrize("policy", [AUTOMATIC, BY_HAND])
def test_nothing_moves_while_nothing_is_known_of_the_room(policy: RoomPolicy) -> None:
    assert walk([waiting(), arrived()], policy) == []


def test_by_hand_nobody_is_accepted_and_positions_are_told_once() -> None:
    queue = [arrived(), waiting(), waiting()]
    found = walk(queue, BY_HAND, room=Room.WAITLIST)
    assert [(number, move.told and move.told.position) for number, move in found] == [(1, 1), (2, 2)]
    again = [walk([each], BY_HAND, found[0][1].told, room=Room.WAITLIST) for each in queue[1:2]]
    assert again == [[]], "what was told is not told again"
    free = walk(queue[1:2], BY_HAND, found[0][1].told, places=1)
    assert free[0][1].told == found[0][1].told.model_copy(update={"expected_wait_days": 0})  # type: ignore[union-attr]


def test_a_move_is_made_by_policy_once_and_keeps_the_review() -> None:
    two = waiting()
    review = ReferralWaitlisted.model_validate({"review_at": "2026-07-15T09:00:00Z", "expected_wait_days": 9})
    ((_, move),) = walk([two], AUTOMATIC, review, room=Room.WAITLIST)
    change = moved(two.at_recipient, None, move, START, new_id())
    assert isinstance(change, Change)
    assert change.says[0].body == review.model_copy(update={"position": 1})
    ((_, accepting),) = walk([two], AUTOMATIC, places=1)
    change = moved(two.at_recipient, None, accepting, START, new_id())
    assert isinstance(change, Change)
    assert change.case is not None
    assert isinstance(change.says[0].body, ReferralAccepted)
    after = change.referral
    assert isinstance(after, Referral)
    assert (after.state, after.case) == (State.ACCEPTED, change.case.id)
    assert moved(after, change.case, accepting, START, new_id()) is None, "not a second time"
    changed = replace(two.at_recipient, version=99)
    assert moved(changed, None, accepting, START, new_id()) is None, "somebody has changed it meanwhile"


@pytest.mark.parametrize(
    ("position", "told"), [(1, 1), (10, 10), (11, 20), (20, 20), (91, 100), (101, 200), (999, 1000)]
)
def test_positions_further_back_are_told_in_steps(position: int, told: int) -> None:
    assert told_position(position) == told


@pytest.mark.parametrize(
    ("room", "places", "taken", "waits", "said"),
    [
        (None, None, 0, 0, None),
        (Room.OPEN, None, 7, 3, (Room.OPEN, None)),
        (None, 10, 0, 0, (Room.OPEN, 10)),
        (None, 10, 7, 0, (Room.OPEN, 3)),
        (None, 10, 8, 0, (Room.FEW, 2)),
        (None, 3, 2, 0, (Room.FEW, 1)),
        (None, 10, 10, 0, (Room.WAITLIST, 0)),
        (None, 10, 12, 0, (Room.WAITLIST, 0)),
        (None, 10, 8, 2, (Room.WAITLIST, 0)),
        (Room.NONE, 10, 0, 0, (Room.NONE, 0)),
        (Room.FEW, 10, 0, 0, (Room.FEW, 10)),
        (Room.OPEN, 10, 10, 0, (Room.WAITLIST, 0)),
        (None, 0, 0, 0, (Room.WAITLIST, 0)),
    ],
)
def test_the_fuller_of_what_is_set_and_what_is_counted_is_said(
    room: Room | None, places: int | None, taken: int, waits: int, said: tuple[Room, int | None] | None
) -> None:
    found = capacity_of(RoomStanding(CASES, 1, room, places, None, taken, waits), BY_HAND, None)
    assert (None if found is None else (found.room, found.places)) == said
