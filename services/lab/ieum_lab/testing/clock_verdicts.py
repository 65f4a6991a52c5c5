"""Judges the clocks of a history: each level is acted on once, and what was due is not left."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ieum_lab.testing.history import Fact
from ieum_lab.testing.own_facts import Fired, Late
from ieum_lab.testing.verdicts import Broken, Verdict


def judge_clocks(facts: Iterable[Fact]) -> Iterator[Verdict]:
    """Return a verdict for each clock that was acted on twice, or never though its time had passed."""
    known = list(facts)
    for fired, times in Counter(fact for fact in known if isinstance(fact, Fired)).items():
        if times > 1:
            why = f"The clock {fired.clock} of {fired.thing} at {fired.at} was {fired.how} {times} times."
            yield Verdict(Broken.CLOCK_TWICE, why, (fired.at, fired.thing))
    for late in known:
        if isinstance(late, Late):
            why = f"The clock {late.clock} of {late.thing} at {late.at} ran out and nothing came of it."
            yield Verdict(Broken.CLOCK_NEVER, why, (late.at, late.thing))
