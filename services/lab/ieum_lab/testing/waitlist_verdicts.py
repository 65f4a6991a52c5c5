"""Judges the waiting lists of a history: a place is given once, a position told once, nobody is forgotten."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ieum_contracts.codes import State
from ieum_contracts.lifecycle import UNDERWAY
from ieum_lab.testing.history import Fact
from ieum_lab.testing.own_facts import Overlooked, Placed, Told
from ieum_lab.testing.verdicts import Broken, Verdict


def judge_waitlists(facts: Iterable[Fact]) -> Iterator[Verdict]:
    """Return a verdict for each place given or told twice, and for each who waits though there is room.

    Of those programmes alone whose places were set, and which no worker gives away.
    """
    known = list(facts)
    yield from _given_twice(each for each in known if isinstance(each, Placed))
    yield from _told_twice(each for each in known if isinstance(each, Told))
    for each in known:
        if isinstance(each, Overlooked):
            why = f"{each.thing} waits at {each.at} while a place of {each.programme} is free."
            yield Verdict(Broken.WAITLIST_NEVER, why, (each.at, each.thing))


def _given_twice(placed: Iterable[Placed]) -> Iterator[Verdict]:
    places: dict[tuple[str, str], int | None] = {}
    taken: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in sorted(placed, key=lambda fact: (fact.at, fact.order)):
        programme = each.at, each.programme
        if not each.thing:
            places[programme] = each.places
        elif each.state not in UNDERWAY:
            taken[programme].discard(each.thing)
        elif each.thing not in taken[programme]:
            taken[programme].add(each.thing)
            limit = places.get(programme)
            if each.state == State.ACCEPTED and limit is not None and len(taken[programme]) > limit:
                why = (
                    f"{each.thing} at {each.at} was given place {len(taken[programme])} of the {limit} that "
                    f"{each.programme} has."
                )
                yield Verdict(Broken.WAITLIST_TWICE, why, (each.at, each.thing))


def _told_twice(told: Iterable[Told]) -> Iterator[Verdict]:
    last: dict[tuple[str, str], str] = {}
    for each in sorted(told, key=lambda fact: (fact.at, fact.thing, fact.sequence)):
        place = each.at, each.thing
        if last.get(place) == each.told:
            why = f"{each.thing} at {each.at} was told the same place again: {each.told}."
            yield Verdict(Broken.WAITLIST_TWICE, why, place)
        last[place] = each.told
