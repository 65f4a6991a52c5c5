"""In any order of arrival, a stream hears a prefix of its numbers, each once, and loses none."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ieum.delivery.blocked.parked_event import RETRY_DELAYS, SPREAD
from ieum.delivery.records.received import NotLoaded
from ieum_contracts.catalogue import Invalid
from ieum_contracts.delivery import ParkedState, StreamHeads, StreamParked
from tests.kit.delivery.batch_fold_world import FAILURES, Place, World, hearing

NUMBERS_MAX = 6
KINDS = ("apply", "apply", "refuse", "await", "raise", "not-understood", "invalid")

numbers = st.integers(1, NUMBERS_MAX)
places = st.tuples(st.integers(1, 2), numbers)
plans = st.dictionaries(places, st.sampled_from(KINDS))
batches = st.lists(st.lists(st.tuples(places, st.integers(0, 9)), max_size=8), max_size=8)


@given(plans, batches, st.lists(st.integers(0, 40), max_size=8))
@settings(max_examples=200, deadline=None)
def test_a_stream_hears_a_prefix_and_parks_what_else_arrived(
    plan: dict[Place, str], arrivals: list[list[tuple[Place, int]]], pauses: list[int]
) -> None:
    world = World(plan)
    for turn, batch in enumerate(arrivals):
        world.pass_by(pauses[turn] if turn < len(pauses) else 1)
        world.batch(*(hearing(*at, plan.get(at, "apply"), twin=chance == 0) for at, chance in batch))
        world.check()


@given(plans, batches)
@settings(max_examples=100, deadline=None)
def test_what_arrives_in_the_end_is_heard_in_the_end(
    plan: dict[Place, str], arrivals: list[list[tuple[Place, int]]]
) -> None:
    plan = {at: kind for at, kind in plan.items() if kind not in {"not-understood", "await"}}
    world = World(plan)
    for batch in arrivals:
        world.batch(*(hearing(*at, plan.get(at, "apply")) for at, _ in batch))
        world.pass_by(1)
    everything = [(family, number) for family in (1, 2) for number in range(1, NUMBERS_MAX + 1)]
    world.batch(*(hearing(*at, plan.get(at, "apply")) for at in everything))
    for _ in range(NUMBERS_MAX * (FAILURES + 1)):
        world.pass_by(RETRY_DELAYS[FAILURES].total_seconds())
        world.batch()
    world.check()
    assert world.heard == {family: list(range(1, NUMBERS_MAX + 1)) for family in (1, 2)}
    assert not world.parked


def test_another_digest_under_a_number_heard_in_the_same_batch_is_a_conflict() -> None:
    world = World({})
    effects = world.batch(hearing(1, 1), hearing(1, 2), hearing(1, 1, twin=True))
    assert [heard.sequence for heard in effects.conflicts] == [1]
    assert effects.duplicates == 0


def test_a_stream_that_a_conflict_stopped_keeps_what_comes_after() -> None:
    world = World({})
    world.batch(hearing(1, 1), hearing(1, 1, twin=True), hearing(1, 2))
    world.batch(hearing(1, 3))
    assert world.heard == {1: [1]}
    world.check()


def test_an_event_that_waits_for_another_family_goes_on_in_the_batch_that_brings_it() -> None:
    world = World({(2, 1): "await"})
    world.batch(hearing(2, 1), hearing(2, 2))
    assert world.heard == {}
    world.batch(hearing(1, 1))
    assert world.heard == {1: [1], 2: [1, 2]}
    assert not world.parked


def test_a_fold_that_fails_is_tried_again_at_each_delay_and_then_left_to_an_operator() -> None:
    world = World({(1, 1): "raise"})
    world.application.failures[1, 1] = -100
    world.batch(hearing(1, 1))
    for attempt, delay in enumerate(RETRY_DELAYS, start=1):
        [waiting] = world.parked.values()
        assert waiting.retry_at is not None
        pause = waiting.retry_at - world.now
        assert (1 - SPREAD) * delay <= pause <= delay
        world.pass_by(pause.total_seconds() - 0.001)
        world.batch()
        [waiting] = world.parked.values()
        assert (waiting.attempts, waiting.dead) == (attempt, False)
        world.pass_by(0.002)
        world.batch()
    [waiting] = world.parked.values()
    assert waiting.dead
    tried = world.application.failures[1, 1]
    world.pass_by(10**6)
    world.batch(hearing(1, 2))
    assert world.application.failures[1, 1] == tried
    world.check()


def test_an_event_that_is_not_understood_once_its_gap_is_filled_waits_since_then() -> None:
    """Another instance, which understands it, looks for what was not understood since it last looked."""
    world = World({})
    world.batch(hearing(1, 2, "not-understood"))
    world.pass_by(60)
    world.batch(hearing(1, 1))
    [waiting] = world.parked.values()
    assert (waiting.reason, waiting.since) == ("type.unknown", world.now)


def test_the_sender_hears_once_that_its_event_waits_once_that_it_is_dead_and_when_it_goes_on() -> None:
    world = World({(1, 1): "raise"})
    world.application.failures[1, 1] = -len(RETRY_DELAYS)
    told = [*world.batch(hearing(1, 1)).notices]
    for delay in RETRY_DELAYS:
        world.pass_by(delay.total_seconds())
        told += world.batch().notices
    states = [body.state for _, body in told if isinstance(body, StreamParked)]
    assert states == [ParkedState.WAITING, ParkedState.DEAD]

    world.application.plan.clear()
    [waiting] = world.parked.values()
    waiting.dead, waiting.retry_at = False, world.now
    goes_on = [body for _, body in world.batch().notices]
    assert [type(body) for body in goes_on] == [StreamHeads]


def test_an_event_whose_body_is_not_loaded_is_looked_at_again_at_once_when_its_turn_comes() -> None:
    world = World({})
    world.batch(hearing(1, 2))
    [waiting] = world.parked.values()
    waiting.heard = replace(waiting.heard, content=NotLoaded())
    world.batch(hearing(1, 1))
    [waiting] = world.parked.values()
    assert waiting.retry_at == world.now


def test_the_bytes_of_a_refused_body_that_may_not_be_stored_are_stored_nowhere() -> None:
    world = World({})
    identifier = replace(hearing(1, 1), content=Invalid("body.identifier"), body=b"900101-1234567")
    entries = world.batch(identifier, hearing(1, 2)).entries
    assert [entry.body for entry in entries] == [None, b"{}"]


def test_what_is_only_early_is_not_held_against_its_source() -> None:
    world = World({(1, 2): "raise"})
    assert not world.batch(hearing(2, 2), hearing(2, 3)).troubles()
    assert world.batch(hearing(1, 1), hearing(1, 2)).troubles() == {1: 1}


def test_what_another_transaction_heard_meanwhile_waits_no_more() -> None:
    world = World({})
    world.batch(hearing(1, 1), hearing(1, 3))
    [place] = world.parked
    world.streams[place[0]].heard = 3
    assert world.batch().unparked == [place]


def test_another_digest_under_a_number_that_waits_is_a_conflict() -> None:
    world = World({})
    world.batch(hearing(1, 2))
    again = world.batch(hearing(1, 2))
    other = world.batch(hearing(1, 2, twin=True))
    assert (again.duplicates, again.conflicts) == (1, [])
    assert [heard.sequence for heard in other.conflicts] == [2]
