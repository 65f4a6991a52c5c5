"""The checker finds a clock that was acted on twice, and one that ran out for nothing."""

from dataclasses import replace

from ieum_lab.testing.checker import judge
from ieum_lab.testing.own_facts import Fired, Late
from ieum_lab.testing.verdicts import Broken

FIRED = Fired("/yangju/alpha", "r1", "decision", "overdue", "2026-07-06T09:00:00Z", "reminded")


def test_each_level_of_each_run_may_be_acted_on_once() -> None:
    others = (replace(FIRED, level="warn"), replace(FIRED, due="2026-08-01"), replace(FIRED, how="marked"))
    assert judge([FIRED, *others]) == []


def test_a_clock_that_was_acted_on_twice_is_found() -> None:
    assert [verdict.broken for verdict in judge([FIRED, FIRED])] == [Broken.CLOCK_TWICE]


def test_a_clock_that_ran_out_for_nothing_is_found() -> None:
    assert [each.broken for each in judge([Late("/yangju/alpha", "r1", "progress")])] == [Broken.CLOCK_NEVER]
