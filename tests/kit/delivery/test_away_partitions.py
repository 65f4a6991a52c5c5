"""A partition that is away is left out for ever longer pauses, and remembered until it answers."""

import pytest

from ieum.delivery.sending.away_partitions import (
    AWAY_SECONDS_MAX,
    AWAY_SECONDS_MIN,
    LOOK_AGAIN_SECONDS,
    AwayPartitions,
)

PLACE, OTHER = ("mailbox", 0), ("mailbox", 1)
LONG = 10 * AWAY_SECONDS_MAX


def test_it_is_tried_when_its_pause_is_over_and_somebody_leads_it() -> None:
    away = AwayPartitions()
    away.add(PLACE, now=0.0)
    assert PLACE in away
    assert not away.try_again(AWAY_SECONDS_MIN / 4, lambda _: True), "its pause is not over"
    assert not away.try_again(LONG, lambda place: place == OTHER), "nobody leads it"
    assert PLACE in away
    assert away.try_again(LONG, lambda _: True)
    assert PLACE not in away


@pytest.mark.parametrize("answered", [False, True])
def test_pauses_grow_until_it_answers(*, answered: bool) -> None:
    away, now = AwayPartitions(), 0.0
    for _ in range(8):
        away.add(PLACE, now)
        now += LONG
        away.try_again(now, lambda _: True)
    if answered:
        away.answered(PLACE)
    away.add(PLACE, now)
    soon = away.try_again(now + AWAY_SECONDS_MIN, lambda _: True)
    assert soon is answered


def test_nobody_looks_again_and_again() -> None:
    away = AwayPartitions()
    assert not away.look_is_due(100.0), "none is away"
    away.add(PLACE, 100.0)
    assert away.look_is_due(100.0)
    assert not away.look_is_due(100.0 + LOOK_AGAIN_SECONDS / 2)
    assert away.look_is_due(100.0 + LOOK_AGAIN_SECONDS)
