"""The history checker itself: silent on correct histories, and every mutation gets its verdict by name."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ieum_lab.testing.checker import judge
from ieum_lab.testing.counterexample import explain, report
from ieum_lab.testing.history import (
    Carried,
    Changed,
    Fact,
    Heard,
    HistoryStream,
    Injected,
    Left,
    Parked,
    Removed,
    Said,
    Unkept,
    read_history,
    write_history,
)
from ieum_lab.testing.verdicts import Broken, summary
from tests.kit.testing.histories import correct

STREAM = HistoryStream("/t/alpha", "/t/beta", "referral", "k1")
"""The stream in which every drawn history says at least two numbers."""
Kind = TypeVar("Kind", Said, Carried, Heard)
Mutation = Callable[[list[Fact]], list[Fact]]


def of(facts: list[Fact], kind: type[Kind], sequence: int = 1) -> Kind:
    """Find the fact about a number of the stream that is always there."""
    return next(
        each
        for each in facts
        if isinstance(each, kind) and each.stream == STREAM and each.sequence == sequence
    )


def last_change(facts: list[Fact]) -> Changed:
    changes = [each for each in facts if isinstance(each, Changed) and each.at == STREAM.recipient]
    return max((each for each in changes if each.thing == STREAM.key), key=lambda each: each.order)


def instead(facts: list[Fact], old: Fact, *new: Fact) -> list[Fact]:
    at = facts.index(old)
    return [*facts[:at], *new, *facts[at + 1 :]]


def swapped(facts: list[Fact], kind: type[Carried] | type[Heard]) -> list[Fact]:
    """Exchange the places of numbers 1 and 2."""
    if kind is Carried:
        one, two = of(facts, Carried, 1), of(facts, Carried, 2)
        facts = [e for e in facts if not (isinstance(e, Carried) and e.stream == STREAM and e.sequence < 3)]
        return [*facts, replace(one, offset=two.offset), replace(two, offset=one.offset)]
    first, second = of(facts, Heard, 1), of(facts, Heard, 2)
    facts = instead(facts, first, replace(first, order=second.order))
    return instead(facts, second, replace(second, order=first.order))


def parked(facts: list[Fact]) -> list[Fact]:
    heard = of(facts, Heard)
    return instead(facts, heard, Parked(STREAM, 1, heard.digest, "fold.failed", dead=True))


def changed(facts: list[Fact], by: int, state: str = "open") -> list[Fact]:
    last = last_change(facts)
    return instead(facts, last, replace(last, after=last.after + by, state=state))


MUTATIONS: dict[str, tuple[Broken, Mutation]] = {
    "an event is never heard": (Broken.LOST, lambda f: instead(f, of(f, Heard))),
    "an honest event is refused": (
        Broken.LOST,
        lambda f: instead(f, of(f, Heard), replace(of(f, Heard), fate="refused", reason="body.invalid")),
    ),
    "two events get one number": (
        Broken.LOST,
        lambda f: instead(f, of(f, Said), of(f, Said), replace(of(f, Said), digest="another")),
    ),
    "an effect is not there": (Broken.LOST, lambda f: changed(f, -1)),
    "a row is overwritten": (Broken.LOST, lambda f: [*f, replace(last_change(f), order=10**6)]),
    "the copies differ": (Broken.LOST, lambda f: changed(f, 0, "closed")),
    "a ghost takes effect": (
        Broken.PHANTOM,
        lambda f: [*f, replace(of(f, Heard), sequence=99, digest="ghost", order=10**6)],
    ),
    "the saying was rolled back": (Broken.PHANTOM, lambda f: instead(f, of(f, Said))),
    "a ghost is sent": (
        Broken.PHANTOM,
        lambda f: [*f, replace(of(f, Carried), sequence=99, offset=10**6)],
    ),
    "an event is applied twice": (
        Broken.DUPLICATE_EFFECT,
        lambda f: [*f, replace(of(f, Heard), order=10**6)],
    ),
    "a row changes twice": (Broken.DUPLICATE_EFFECT, lambda f: changed(f, 1)),
    "effects change places": (Broken.REORDER, lambda f: swapped(f, Heard)),
    "records change places": (Broken.REORDER, lambda f: swapped(f, Carried)),
    "an event is altered": (
        Broken.FORGED,
        lambda f: instead(f, of(f, Heard), replace(of(f, Heard), digest="altered")),
    ),
    "a stranger is believed": (
        Broken.FORGED,
        lambda f: [
            *f,
            Injected(STREAM.recipient, STREAM.family, 0, 10**6, "strange", "refused"),
            Heard(STREAM, 10**6, "strange", "t.x.v1", order=10**6),
        ],
    ),
    "a misplaced record is taken": (
        Broken.FORGED,
        lambda f: [*f, Injected(STREAM.recipient, STREAM.family, 5, 1, of(f, Said).digest, "quarantined")],
    ),
    "an event waits for ever": (Broken.STUCK, parked),
    "the outbox is not empty": (Broken.STUCK, lambda f: [*f, Left(STREAM.source, "outbox", "3 rows")]),
}


@given(history=correct())
@settings(max_examples=200, deadline=None)
def test_a_correct_history_gets_no_verdict(history: list[Fact]) -> None:
    assert judge(history) == []


@pytest.mark.parametrize("name", MUTATIONS)
@given(history=correct(), chance=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_a_mutation_gets_its_verdict(name: str, history: list[Fact], chance: object) -> None:
    broken, mutation = MUTATIONS[name]
    mutated = mutation(history)
    chance.shuffle(mutated)  # type: ignore[attr-defined]  # the order of lines says nothing

    verdicts = judge(mutated)

    assert broken in {verdict.broken for verdict in verdicts}, summary(verdicts)


@given(history=correct(), chance=st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_lines_says_nothing(history: list[Fact], chance: object) -> None:
    chance.shuffle(history)  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert judge(history) == []


@given(history=correct())
@settings(max_examples=20, deadline=None)
def test_as_many_strange_records_may_be_missing_as_were_not_kept(history: list[Fact]) -> None:
    strange = [Injected(STREAM.recipient, STREAM.family, 5, at, "x", "quarantined") for at in (1, 2)]

    assert judge([*history, *strange, Unkept(STREAM.recipient, 2)]) == []
    assert judge([*history, *strange, Unkept(STREAM.recipient, 1)]) != []


@given(history=correct())
@settings(max_examples=20, deadline=None)
def test_what_was_taken_from_the_outbox_may_come_late_but_has_to_come(history: list[Fact]) -> None:
    removed = [*history, Removed(STREAM, 1)]

    assert judge(swapped(removed, Carried)) == []
    assert judge(instead(removed, of(removed, Heard))) != []


@given(history=correct())
@settings(max_examples=20, deadline=None)
def test_a_history_is_read_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, history: list[Fact]
) -> None:
    path: Path = tmp_path_factory.mktemp("history") / "history.jsonl"
    write_history(path, history)

    assert list(read_history(path)) == history


@given(history=correct())
@settings(max_examples=20, deadline=None)
def test_a_counterexample_shows_the_stream_and_nothing_of_others(history: list[Fact]) -> None:
    mutated = [*swapped(history, Heard), Said(STREAM._replace(key="k9"), 1, "elsewhere", "t.said.v1")]
    reorder = next(verdict for verdict in judge(mutated) if verdict.broken is Broken.REORDER)

    text = explain(reorder, mutated)

    assert text.startswith("REORDER: /t/alpha → /t/beta referral k1 #1 took effect after #2.")
    assert "said     /t/alpha → /t/beta referral k1 #1" in text
    assert "k9" not in text
    assert text in report([reorder], mutated)
