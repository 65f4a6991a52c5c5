"""A day without an agency: its work waits, is worked off in business hours; the clocks say what is late."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from ieum.agency import Names, Programme
from ieum.casework.business_days import WEEKDAYS, BusinessCalendar
from ieum.casework.custody import merged
from ieum.casework.referral_fold import Said
from ieum_console.replay.absence import Absence, Recorded, day_without, moved_by, played
from ieum_console.replay.elsewhere import instead_of
from ieum_console.replay.working_time import after_work, back_at, worked_off
from ieum_contracts.client_codes import Need
from ieum_contracts.codes import SubjectKind
from ieum_contracts.overdue import Clock
from ieum_contracts.timing import SEOUL

AWAY, SENDER, OTHER = 1, 2, 3
MONDAY = date(2026, 11, 30)
NAMES = UUID(int=9)


def at(day: int, hour: float = 9) -> datetime:
    """Return a time in Seoul; day 0 is a Monday."""
    return datetime.combine(MONDAY, datetime.min.time(), SEOUL) + timedelta(days=day, hours=hour)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def said(key: int, source: int, sequence: int, word: str, when: datetime, *, other: int = SENDER) -> Said:
    name = word if word.startswith("consent.") else f"referral.{word}"
    recipient = other if source == AWAY else AWAY
    event = uuid5(NAMES, f"{key} {source} {sequence}")
    return Said(source, recipient, sequence, f"{name}.v1", event, when, when, None, None)


def referral(key: int, asked: datetime, answered: datetime, other: int = SENDER) -> list[Said]:
    """Tell of a referral that was received at once, and accepted later."""
    return [
        said(key, other, 1, "requested", asked, other=other),
        said(key, AWAY, 1, "received", asked + timedelta(seconds=5), other=other),
        said(key, AWAY, 2, "accepted", answered, other=other),
    ]


def without(stories: dict[int, list[Said]], number: int, a_day: int = 10) -> Absence:
    recorded = sorted(
        (each for events in stories.values() for each in events if each.source == AWAY),
        key=lambda each: each.said_at,
    )
    after = [each for each in recorded if each.said_at >= at(number, 0)]
    referrals = {UUID(int=key): events for key, events in stories.items()}
    moved, caught_up_at = moved_by(after, day(number), a_day, WEEKDAYS)
    return day_without(Recorded(AWAY, moved, caught_up_at, referrals), day(number), WEEKDAYS)


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        (at(0, 9), 3, at(0, 12)),
        (at(0, 7), 3, at(0, 12)),
        (at(0, 17), 3, at(1, 11)),
        (at(0, 20), 1, at(1, 10)),
        (at(4, 17), 2, at(7, 10)),
        (at(5, 12), 9, at(7, 18)),
        (at(0, 9), 27, at(2, 18)),
        (at(0, 9), 0, at(0, 9)),
    ],
)
def test_work_is_done_in_business_hours_alone(begin: datetime, hours: float, end: datetime) -> None:
    assert after_work(begin, hours * 3600, WEEKDAYS) == end


def test_an_agency_is_back_on_the_next_business_day() -> None:
    holiday = BusinessCalendar(lambda each: each == day(7))

    assert back_at(day(0), WEEKDAYS) == at(1, 9)
    assert back_at(day(4), WEEKDAYS) == at(7, 9)
    assert back_at(day(4), holiday) == at(8, 9)


@pytest.mark.parametrize(
    ("recorded", "a_day", "done", "caught_up"),
    [
        ([], 9, [], at(1, 9)),
        ([at(0, 10)], 9, [at(1, 10)], at(1, 10)),
        ([at(0, 10), at(0, 11), at(1, 9.5)], 9, [at(1, 10), at(1, 11), at(1, 12)], at(1, 12)),
        ([at(0, 10), at(1, 15), at(1, 15)], 9, [at(1, 10), at(1, 15), at(1, 15)], at(1, 10)),
        ([at(0, 10), at(0, 11), at(0, 12)], 1, [at(1, 18), at(2, 18), at(3, 18)], at(3, 18)),
        ([at(0, 10)], 0, [at(1, 18)], at(1, 18)),
        ([at(1, 15)], 9, [at(1, 15)], at(1, 9)),
    ],
    ids=["nothing", "one", "queue", "caught-up", "slow", "no-rate", "nothing-waited"],
)
def test_what_waited_is_worked_off_one_by_one_until_nothing_waits(
    recorded: Sequence[datetime], a_day: int, done: Sequence[datetime], caught_up: datetime
) -> None:
    found = worked_off(recorded, at(1, 9), a_day, WEEKDAYS)

    assert (list(found.done_at), found.caught_up_at) == (list(done), caught_up)


def test_what_a_service_says_by_itself_comes_as_soon_as_it_is_back() -> None:
    events = referral(1, at(0, 10), at(0, 15))[1:]
    moved, caught_up = moved_by(events, day(0), 9, WEEKDAYS)

    assert [moved[each.event_id] for each in events] == [at(1, 9), at(1, 10)]
    assert caught_up == at(1, 10)


def test_an_answer_on_its_last_day_becomes_late_and_one_with_a_day_to_spare_does_not() -> None:
    found = without({1: referral(1, at(0, 10), at(3, 16)), 2: referral(2, at(1, 10), at(3, 15), OTHER)}, 3)

    assert [(each.referral, each.peer, each.ran.clock, each.anyway) for each in found.late] == [
        (UUID(int=1), SENDER, Clock.DECISION, False)
    ]
    assert found.late[0].ran.due_at == at(3, 18)
    assert found.late[0].ran.said_at > at(4, 9)
    assert [(each.agency, each.delayed, each.late) for each in found.waiting] == [
        (SENDER, 1, 1),
        (OTHER, 1, 0),
    ]
    assert (found.back_at, found.delayed) == (at(4, 9), 2)


def test_what_was_late_in_what_was_recorded_is_late_anyway() -> None:
    found = without({1: referral(1, at(0, 10), at(8, 16))}, 8)

    assert [each.anyway for each in found.late] == [True]
    assert [(each.late, each.first_due_at) for each in found.waiting] == [(0, None)]


def test_a_request_of_that_day_has_no_receipt_until_the_agency_is_back() -> None:
    found = without({1: referral(1, at(0, 10), at(1, 15))}, 0)

    assert found.late == ()
    assert [(each.without_receipt, each.late) for each in found.waiting] == [(1, 0)]


def test_a_long_queue_makes_late_what_was_said_days_after() -> None:
    stories = {key: referral(key, at(0, 10), at(0, 11 + key / 10)) for key in range(1, 9)}
    stories[9] = referral(9, at(0, 12), at(3, 16))
    found = without(stories, 0, a_day=2)

    assert UUID(int=9) in {each.referral for each in found.late}
    assert found.caught_up_at > at(4, 9)


def test_nothing_is_delayed_where_nothing_was_said() -> None:
    found = without({1: referral(1, at(0, 10), at(0, 12))}, 2)

    assert (found.delayed, found.late, found.waiting) == (0, (), ())
    assert found.caught_up_at == at(3, 9)


def test_nobody_answers_before_being_asked() -> None:
    events = [
        *referral(1, at(0, 10), at(0, 11))[:2],
        said(1, AWAY, 2, "info-requested", at(0, 11)),
        said(1, SENDER, 2, "info-supplied", at(0, 12)),
        said(1, AWAY, 3, "received", at(0, 12)),
        said(1, AWAY, 4, "accepted", at(3, 17)),
    ]
    parties = (SENDER, AWAY)
    late = played(
        list(merged(events, *parties)),
        parties,
        {events[2].event_id: at(9, 9), events[5].event_id: at(9, 9)},
        AWAY,
        WEEKDAYS,
    )

    assert [each.clock for each in late] == [Clock.DECISION]
    assert late[0].said_at == at(9, 9)


def test_a_gap_or_a_stranger_changes_nothing_else() -> None:
    whole = referral(1, at(0, 10), at(3, 16))
    stories = {1: whole, 2: [each for each in referral(2, at(0, 10), at(3, 16)) if each.sequence == 2], 3: []}

    assert {each.referral for each in without(stories, 3).late} == {UUID(int=1)}


def _programme(name: str, *serves: Need, subject: SubjectKind = SubjectKind.PERSON) -> Programme:
    return Programme(name, Names(name, name), Names("시험", "Test"), serves=serves, subject=subject)


def test_what_serves_one_of_the_same_needs_at_another_agency_stands_in() -> None:
    mine, like = _programme("mine", Need.DEBT_ARREARS, Need.DEBT_CREDIT), _programme("like", Need.DEBT_CREDIT)
    unlike, own = _programme("unlike", Need.WORK_STARTING_BUSINESS), _programme("own", Need.DEBT_CREDIT)
    firms = _programme("firms", Need.DEBT_CREDIT, subject=SubjectKind.EMPLOYER)
    found = instead_of("away", {"away": (mine, own), "other": (unlike, like, firms)})

    assert [(each.programme, each.others) for each in found] == [
        (mine, (("other", like),)),
        (own, (("other", like),)),
    ]
    assert instead_of("nobody", {"other": (like,)}) == ()
