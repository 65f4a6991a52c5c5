"""The checker's word on waiting lists: a place is given once, told once, and nobody is overlooked."""

from ieum_lab.testing.checker import judge
from ieum_lab.testing.own_facts import Overlooked, Placed, Told
from ieum_lab.testing.verdicts import Broken

ME, COURSE = "/testville/alpha", "test-course"


def placed(order: int, thing: str, state: str, at: str = ME) -> Placed:
    return Placed(at, COURSE, order, thing=thing, state=state)


def places(order: int, number: int | None) -> Placed:
    return Placed(ME, COURSE, order, places=number)


def names(*facts: Placed | Told | Overlooked) -> list[Broken]:
    return [each.broken for each in judge(facts)]


def test_as_many_as_there_are_places_may_have_one_and_a_free_place_goes_to_the_next() -> None:
    assert not names(
        places(1, 2),
        placed(2, "a", "accepted"),
        placed(3, "b", "accepted"),
        placed(4, "a", "in-progress"),
        placed(5, "a", "completed"),
        placed(6, "c", "accepted"),
    )


def test_a_place_that_somebody_has_is_not_given_again() -> None:
    full = (places(1, 1), placed(2, "a", "accepted"), placed(3, "a", "on-hold"))
    assert names(*full, placed(4, "b", "accepted")) == [Broken.WAITLIST_TWICE]
    assert not names(*full, placed(4, "b", "accepted", at="/testville/beta"))


def test_fewer_places_take_none_away_and_where_none_are_counted_nothing_is_judged() -> None:
    assert not names(places(1, 2), placed(2, "a", "accepted"), placed(3, "b", "accepted"), places(4, 0))
    assert not names(placed(1, "a", "accepted"), places(2, None), placed(3, "b", "accepted"))
    assert names(places(1, 0), placed(2, "a", "accepted")) == [Broken.WAITLIST_TWICE]


def test_a_position_is_told_when_it_is_another_one() -> None:
    first, second = Told(ME, "a", 2, '{"position": 2}'), Told(ME, "a", 3, '{"position": 1}')
    assert not names(first, second, Told(ME, "b", 2, '{"position": 2}'))
    assert names(second, first, Told(ME, "a", 4, '{"position": 1}')) == [Broken.WAITLIST_TWICE]


def test_whoever_waits_beside_a_free_place_is_forgotten() -> None:
    assert names(Overlooked(ME, "a", COURSE)) == [Broken.WAITLIST_NEVER]
