"""The checker's word on what callers see: orders done once, what is owed, contents, cases, and the feed."""

from dataclasses import replace

import pytest

from ieum_lab.testing.checker import judge
from ieum_lab.testing.history import Changed, Fact, Heard, HistoryStream, Said
from ieum_lab.testing.outside_facts import (
    Acknowledged,
    Amended,
    CaseStands,
    Detailed,
    Fed,
    Ordered,
    Owed,
    ReadToEnd,
)
from ieum_lab.testing.outside_verdicts import CASE_CLOSED, REQUESTED
from ieum_lab.testing.verdicts import Broken

ALPHA, BETA = "/t/alpha", "/t/beta"
STREAM = HistoryStream(ALPHA, BETA, "referral", "k1")
ASSESSED = "eligibility.assessed.v1"


def said(sequence: int, cause: str, type_name: str = REQUESTED) -> Said:
    return Said(STREAM, sequence, f"d{sequence}", type_name, cause, touches=("k1",))


def ordered(key: str, version: int, thing: str = "k1") -> list[Fact]:
    return [Ordered(ALPHA, key, "" if version == 1 else thing), Acknowledged(ALPHA, key, thing, version)]


def history(orders: int = 2) -> list[Fact]:
    """Tell of orders for one referral: said, heard, read in alpha's feed."""
    facts: list[Fact] = [ReadToEnd(ALPHA)]
    for n in range(1, orders + 1):
        facts += [*ordered(f"key-{n}", n), said(n, f"request-{n}")]
        facts.append(Changed(ALPHA, "k1", n - 1, n, "requested", n))
        facts.append(Heard(STREAM, n, f"d{n}", REQUESTED, order=n))
        facts.append(Fed(ALPHA, n, 10 * n, BETA, "referral", "k1", n, said=True))
    return facts


def verdicts(facts: list[Fact]) -> set[Broken]:
    return {verdict.broken for verdict in judge(facts)}


def without(facts: list[Fact], *kinds: type) -> list[Fact]:
    """Leave out the last fact of each of these kinds."""
    for kind in kinds:
        facts.remove(next(fact for fact in reversed(facts) if isinstance(fact, kind)))
    return facts


def test_a_refusal_after_a_try_without_an_answer_leaves_that_try_in_doubt() -> None:
    """The first try may be done after the second was refused, but once; an answered one is not in doubt."""
    for tried_before, doubled in ((True, False), (False, True)):
        facts = history()
        last = next(fact for fact in reversed(facts) if isinstance(fact, Acknowledged))
        facts.remove(last)
        facts.append(replace(last, version=0, refused=True, tried_before=tried_before))
        assert (Broken.DUPLICATE_EFFECT in verdicts(facts)) == doubled
        if tried_before:
            assert Broken.DUPLICATE_EFFECT in verdicts([*facts, said(3, "request-3")])


def test_orders_that_were_done_once_get_no_verdict() -> None:
    assert judge(history()) == []


def test_an_order_that_was_answered_and_is_nowhere_is_lost() -> None:
    rolled_back = without(history(), Said, Changed, Heard, Fed)
    assert verdicts(rolled_back) == {Broken.LOST}
    unanswered = without(rolled_back, Acknowledged)
    assert judge(unanswered) == [], "nobody was told that it is done"


@pytest.mark.parametrize("refused", [False, True])
def test_an_order_that_was_done_twice_or_refused_and_done_is_a_double(*, refused: bool) -> None:
    facts = history(3)
    last = next(fact for fact in facts if isinstance(fact, Acknowledged) and fact.key == "key-3")
    facts.remove(last)
    facts += [replace(last, key="key-2")] if not refused else [replace(last, version=0, refused=True)]
    facts = [fact for fact in facts if refused or not (isinstance(fact, Ordered) and fact.key == "key-3")]
    assert Broken.DUPLICATE_EFFECT in verdicts(facts)


def test_an_order_whose_answer_nobody_got_may_be_done_once_and_what_a_clock_does_is_nobodys() -> None:
    facts = without(history(3), Acknowledged)
    assert judge(facts) == []
    begun = [replace(fact, thing="") if isinstance(fact, Ordered) else fact for fact in history(1)]
    assert judge(without(begun, Acknowledged)) == []
    clock = [replace(f, cause="clock 7") if isinstance(f, Said) and f.sequence == 3 else f for f in facts]
    assert judge(without(clock, Ordered)) == []


def test_what_a_first_event_owes_has_to_be_said() -> None:
    facts = [*history(), Owed(BETA, "k1", ASSESSED)]
    assert verdicts(facts) == {Broken.LOST}
    back = HistoryStream(BETA, ALPHA, "eligibility", "k1")
    told: list[Fact] = [Said(back, 1, "a1", ASSESSED, "e1"), Heard(back, 1, "a1", ASSESSED, order=99)]
    told.append(Fed(ALPHA, 9, 99, BETA, "eligibility", "k1", 1, said=False))
    assert judge([*facts, *told]) == []
    assert judge([*history(), Owed(BETA, "k2", ASSESSED)]) == [], "it was never requested there"


def test_details_are_those_that_were_noted_last() -> None:
    noted: list[Fact] = [Amended(BETA, "k1", 3, "new"), Amended(BETA, "k1", 2, "old")]
    assert judge([*noted, Detailed(BETA, "k1", "new")]) == []
    assert verdicts([*noted, Detailed(BETA, "k1", "old")]) == {Broken.LOST}
    assert judge([*noted, Detailed(BETA, "k2", "other")]) == []


def test_a_case_that_was_said_to_be_closed_is_closed_unless_work_goes_on_in_it() -> None:
    stream = HistoryStream(BETA, ALPHA, "case-closed", "c1")
    closed: list[Fact] = [Said(stream, 1, "c", CASE_CLOSED, "e"), Heard(stream, 1, "c", CASE_CLOSED, order=1)]
    assert judge([*closed, CaseStands(BETA, "c1", closed=True, not_ended=0)]) == []
    assert judge([*closed, CaseStands(BETA, "c1", closed=False, not_ended=1)]) == [], "it was reopened"
    assert judge([CaseStands(BETA, "c2", closed=False, not_ended=0)]) == [], "it is kept open"
    assert verdicts([*closed, CaseStands(BETA, "c1", closed=False, not_ended=0)]) == {Broken.LOST}


def test_the_feed_has_every_effect_once_and_in_the_order_of_its_stream() -> None:
    facts = history()
    first, second = [fact for fact in facts if isinstance(fact, Fed)]
    assert verdicts([f for f in facts if f is not second]) == {Broken.LOST}
    swapped: list[Fact] = [f for f in facts if not isinstance(f, Fed)]
    swapped += [replace(first, number=second.number), replace(second, number=first.number)]
    assert verdicts(swapped) == {Broken.REORDER}
    assert verdicts([*facts, replace(second, number=99)]) == {Broken.DUPLICATE_EFFECT}
    assert verdicts([*facts, replace(second, number=99, sequence=3)]) == {Broken.PHANTOM}
    unread = [f for f in facts if not isinstance(f, ReadToEnd | Fed)]
    assert judge(unread) == [], "whoever has not read to the end misses nothing"
