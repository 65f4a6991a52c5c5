"""A referral played again: what the sender believed beside what the recipient had said, at every moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ieum.casework.business_days import WEEKDAYS
from ieum.casework.custody import custody_of
from ieum.casework.referral_fold import Said
from ieum_console.projection.referral_steps import Step
from ieum_console.replay.film import EVENTS_MAX, Film, Recorded, film_of
from ieum_console.replay.missing import missing_of
from ieum_console.replay.moments import Agreement, Moment, MomentKind
from ieum_console.replay.reaching import reached
from ieum_contracts.codes import State
from tests.console.film_stories import (
    NEVER,
    RECIPIENT,
    SENDER,
    UNSEEN,
    asks,
    event_id,
    minute,
    recorded,
    says,
    told,
)

AS_OF = 60.0
REQUESTED, RECEIVED, ACCEPTED = State.REQUESTED, State.RECEIVED, State.ACCEPTED


def film(story: Recorded) -> Film:
    return film_of(story, minute(AS_OF), WEEKDAYS)


def at(found: Film, time: float) -> Moment:
    """Return the last moment up to a time."""
    return [each for each in found.moments if each.what.at <= minute(time)][-1]


def seen(moment: Moment) -> tuple[State, State | None, State, Agreement]:
    return moment.believed.state, moment.perhaps, moment.said.state, moment.agreement


def test_the_sender_believes_what_had_reached_it_and_no_more() -> None:
    found = film(
        recorded(
            [
                asks(1, "requested", 0, read=1),
                says(1, "received", 2, read=5),
                says(2, "accepted", 10, read=40),
            ]
        )
    )

    assert [(each.what.kind, each.what.at) for each in found.moments] == [
        (MomentKind.SAID, minute(0)),
        (MomentKind.READ, minute(1)),
        (MomentKind.SAID, minute(2)),
        (MomentKind.READ, minute(5)),
        (MomentKind.SAID, minute(10)),
        (MomentKind.READ, minute(40)),
        (MomentKind.NOW, minute(60)),
    ]
    assert seen(at(found, 2)) == (REQUESTED, None, RECEIVED, Agreement.BEHIND)
    assert seen(at(found, 5)) == (RECEIVED, None, RECEIVED, Agreement.AGREED)
    assert seen(at(found, 10)) == (RECEIVED, None, ACCEPTED, Agreement.BEHIND)
    assert (at(found, 10).believed.unread, at(found, 10).believed.clock) == (1, minute(2))
    assert seen(at(found, 40)) == (ACCEPTED, None, ACCEPTED, Agreement.AGREED)
    assert (at(found, 0).said.unread, at(found, 1).said.unread) == (1, 0)
    assert (at(found, 0).holder, at(found, 0).said.clock) == (RECIPIENT, None)


def test_where_nothing_was_read_the_sender_believes_that_it_only_asked() -> None:
    found = film(recorded([asks(1, "requested", 0, read=NEVER), says(1, "received", 2, read=NEVER)]))

    assert [each.agreement for each in found.moments] == [
        Agreement.AGREED,
        Agreement.BEHIND,
        Agreement.BEHIND,
    ]
    assert seen(found.moments[-1]) == (REQUESTED, None, RECEIVED, Agreement.BEHIND)
    assert (found.moments[-1].believed.clock, found.moments[-1].believed.unread) == (None, 1)


def test_what_was_read_at_a_time_that_nobody_saw_is_not_known_until_it_must_have_been() -> None:
    story = [
        asks(1, "requested", 0),
        says(1, "received", 2, read=UNSEEN),
        says(2, "accepted", 10, read=UNSEEN),
    ]
    found = film(recorded(story))

    assert seen(at(found, 2)) == (REQUESTED, RECEIVED, RECEIVED, Agreement.NOT_KNOWN)
    assert seen(at(found, 10)) == (REQUESTED, ACCEPTED, ACCEPTED, Agreement.NOT_KNOWN)
    assert at(found, 10).believed.unknown == 2
    assert seen(found.moments[-1]) == (ACCEPTED, None, ACCEPTED, Agreement.AGREED), "it has been read by now"
    assert MomentKind.READ not in {each.what.kind for each in found.moments}, "no time of reading is made up"

    later = film(recorded([*story, says(3, "started", 20, read=22)]))
    assert seen(at(later, 22)) == (State.IN_PROGRESS, None, State.IN_PROGRESS, Agreement.AGREED)


def test_who_answers_something_had_read_it() -> None:
    cause = event_id(RECIPIENT, 2)
    found = film(
        recorded(
            [
                asks(1, "requested", 0),
                says(1, "received", 2),
                says(2, "info-requested", 10),
                asks(2, "info-supplied", 30, cause=cause),
            ]
        )
    )

    assert at(found, 10).agreement is Agreement.NOT_KNOWN
    assert seen(at(found, 30)) == (State.INFO_REQUESTED, None, State.INFO_REQUESTED, Agreement.AGREED)


def test_behind_a_number_that_never_came_nothing_is_sure() -> None:
    found = film(
        recorded(
            [
                asks(1, "requested", 0, read=1),
                says(1, "received", 2, read=3),
                says(3, "accepted", 10, read=11),
            ]
        )
    )
    missing = next(each for each in found.moments if each.what.kind is MomentKind.MISSING)

    assert missing.what.missing is not None
    assert (missing.what.missing.first, missing.what.missing.until) == (2, None)
    assert missing.number + 1 == next(
        each.number for each in found.moments if each.what.at == minute(10) and each.what.steps
    )
    assert seen(at(found, 3)) == (RECEIVED, None, RECEIVED, Agreement.AGREED)
    assert seen(at(found, 11)) == (RECEIVED, ACCEPTED, ACCEPTED, Agreement.NOT_KNOWN)
    assert seen(found.moments[-1])[3] is Agreement.NOT_KNOWN, "nor is it now"
    assert found.moments[-1].lacking


def test_a_number_that_came_late_was_missing_meanwhile_and_held_up_what_followed() -> None:
    steps = [
        asks(1, "requested", 0, read=1),
        says(1, "received", 2, read=3),
        says(3, "started", 10, read=11),
        says(2, "accepted", 20, read=21),
    ]
    found = film(recorded(steps))

    assert [(each.first, each.since, each.until) for each in found.missing] == [(2, minute(10), minute(20))]
    assert seen(at(found, 11)) == (RECEIVED, None, State.IN_PROGRESS, Agreement.BEHIND)
    assert not at(found, 11).lacking, "what it said is known, for it came in the end"
    assert seen(at(found, 21)) == (State.IN_PROGRESS, None, State.IN_PROGRESS, Agreement.AGREED)


@pytest.mark.parametrize(
    ("word", "waits", "doubtful_at", "sure_at"),
    [
        ("parked", True, [11, 60], []),
        ("parked", False, [11, 59], [60]),
        ("refused", False, [11, 60], []),
        ("skipped", False, [11, 60], []),
    ],
)
def test_a_sender_that_told_that_it_could_not_take_something_in_may_believe_otherwise(
    word: str, waits: bool, doubtful_at: list[float], sure_at: list[float]
) -> None:
    steps = [asks(1, "requested", 0, read=1), says(1, "received", 10, read=11)]
    found = film(recorded(steps, [told(SENDER, word, 10.5)], waits=waits))

    assert at(found, 10).agreement is Agreement.BEHIND
    assert {at(found, each).agreement for each in doubtful_at} == {Agreement.NOT_KNOWN}
    assert {at(found, each).agreement for each in sure_at} <= {Agreement.AGREED}


def test_what_the_recipient_could_not_take_in_says_nothing_about_the_sender() -> None:
    steps = [asks(1, "requested", 0, read=1), says(1, "received", 10, read=11)]

    assert not film(recorded(steps, [told(RECIPIENT, "parked", 10.5)])).moments[-1].untaken


def test_a_film_of_nothing_has_no_moment() -> None:
    assert film(recorded([])).moments == ()
    assert film_of(recorded([]), None, WEEKDAYS).moments == ()


def test_of_very_many_events_the_first_are_shown_and_the_rest_is_not_guessed() -> None:
    many = [asks(1, "requested", 0), *(says(n, "progressed", n) for n in range(1, EVENTS_MAX + 5))]
    found = film(recorded(many))

    assert found.truncated
    assert MomentKind.NOW not in {each.what.kind for each in found.moments}
    assert len(found.moments) == EVENTS_MAX


def test_a_hostile_number_costs_no_time() -> None:
    found = missing_of([says(1, "received", 1), says(2**62, "accepted", 2)])

    assert [(each.first, each.last) for each in found] == [(2, 2**62 - 1)]


STORY = (
    (SENDER, "requested"),
    (RECIPIENT, "received"),
    (RECIPIENT, "info-requested"),
    (SENDER, "info-supplied"),
    (RECIPIENT, "received"),
    (RECIPIENT, "accepted"),
    (SENDER, "cancel-requested"),
    (RECIPIENT, "started"),
    (RECIPIENT, "completed"),
)


@st.composite
def told_stories(draw: st.DrawFn) -> list[Step]:
    """Tell the story at any times, some numbers missing, each read at any later time, or never, or unseen."""
    numbers, steps = {SENDER: 0, RECIPIENT: 0}, list[Step]()
    for source, word in STORY:
        numbers[source] += 1
        sent = draw(st.integers(0, 30))
        read = draw(st.one_of(st.just(NEVER), st.just(UNSEEN), st.integers(sent, 40)))
        make = asks if source == SENDER else says
        if word == "requested" or draw(st.integers(0, 4)):
            steps.append(make(numbers[source], word, sent, read=read))
    return steps


def _states(steps: Sequence[Step]) -> State:
    said = [
        Said(
            *((0, 1) if each.source == SENDER else (1, 0)),
            each.sequence,
            each.type,
            each.event_id,
            each.said_at,
            each.sent_at,
            None,
            each.causation,
        )
        for each in steps
    ]
    found = custody_of(said, WEEKDAYS)
    return REQUESTED if found is None else found.copy.state


@given(told_stories())
def test_its_end_is_what_the_projection_says_and_nobody_knows_what_was_not_said(steps: list[Step]) -> None:
    found = film(recorded(steps))
    came = reached(steps, minute(AS_OF))

    assert found.moments[-1].said.state is _states(steps)
    for each in came.items():
        step, when = each
        assert when.earliest is None or when.earliest >= step.sent_at
        assert when.latest is None or (when.earliest is not None and when.latest >= when.earliest)
    times = [each.what.at for each in found.moments]
    assert times == sorted(times)
    assert [each.number for each in found.moments] == list(range(1, len(times) + 1))


@given(told_stories())
def test_with_everything_read_both_agree_in_the_end(steps: list[Step]) -> None:
    numbered = {SENDER: 0, RECIPIENT: 0}
    whole = []
    for each in sorted(steps, key=lambda step: step.sequence):
        numbered[each.source] += 1
        make = asks if each.source == SENDER else says
        word = each.type.removeprefix("referral.").removesuffix(".v1")
        sent = (each.sent_at - minute(0)) / timedelta(minutes=1)
        whole.append(make(numbered[each.source], word, sent, read=sent + 1))
    last = film(recorded(whole)).moments[-1]

    assert last.agreement is Agreement.AGREED
    assert (last.believed.unread, last.believed.unknown) == (0, 0)


def test_the_clock_of_a_side_is_its_own() -> None:
    ahead = timedelta(days=3)
    said = says(1, "received", 2, read=3)
    skewed = Step(
        **{name: getattr(said, name) for name in said.__slots__} | {"said_at": said.said_at + ahead}
    )
    moment = at(film(recorded([asks(1, "requested", 0, read=1), skewed])), 3)

    assert (moment.what.at, moment.said.clock) == (minute(3), minute(2) + ahead)
    assert isinstance(moment.believed.clock, datetime)
