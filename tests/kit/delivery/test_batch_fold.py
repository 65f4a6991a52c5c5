"""In any order of arrival, a stream hears a prefix of its numbers, each once, and loses none."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ieum.delivery.blocked.parking import RETRY_DELAYS, SPREAD
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
