"""A day without one agency: what its referrals' clocks would have said, had its work waited for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from ieum.casework.business_days import BusinessCalendar
from ieum.casework.custody import merged, parties_of
from ieum.casework.referral_fold import (
    ASK_OF_TYPE,
    DECISION_OF_TYPE,
    NO_ANSWER,
    REQUESTED,
    ReferralFold,
    Said,
)
from ieum_console.replay.working_time import back_at, worked_off
from ieum_contracts.overdue import Clock
from ieum_contracts.timing import SEOUL

WORK_TYPES = frozenset(
    {*ASK_OF_TYPE, *(name for name, decision in DECISION_OF_TYPE.items() if decision not in NO_ANSWER)}
)
"""What a worker says about a referral; the rest a service says by itself, as soon as it runs."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A clock that ran out on an agency: when it was due, and when the agency's next word came."""

    clock: Clock
    due_at: datetime
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Late:
    """A referral that would be late; `anyway` where the same clock ran out in what was recorded."""

    referral: UUID
    peer: int
    ran: Ran
    anyway: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """An agency whose referrals wait for the one that is away."""

    agency: int
    delayed: int
    late: int
    without_receipt: int
    first_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Absence:
    """What a day without an agency comes to."""

    back_at: datetime
    caught_up_at: datetime
    delayed: int
    late: tuple[Late, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """When the agency would have said what it did (`moved_by`), and all that was said about the referrals."""

    agency: int
    moved: Mapping[UUID, datetime]
    caught_up_at: datetime
    referrals: Mapping[UUID, Sequence[Said]]


def moved_by(
    recorded: Sequence[Said], away: date, a_day: int, calendar: BusinessCalendar
) -> tuple[Mapping[UUID, datetime], datetime]:
    """Return when what an agency said from a day on would have been said, and when it has caught up.

    `recorded` are its events from the beginning of that day on, in their order. What its service says by
    itself comes as soon as it is back; what its workers say is worked off one by one.
    """
    back = back_at(away, calendar)
    work = [each for each in recorded if each.type in WORK_TYPES]
    off = worked_off([each.said_at for each in work], back, a_day, calendar)
    moved = {each.event_id: back for each in recorded if each.said_at < back}
    moved |= {each.event_id: at for each, at in zip(work, off.done_at, strict=True) if at > each.said_at}
    return moved, off.caught_up_at


def day_without(recorded: Recorded, away: date, calendar: BusinessCalendar) -> Absence:
    """Play what was recorded again, without an agency on one day."""
    moved = recorded.moved
    late: list[Late] = []
    tallies: dict[int, list[tuple[bool, bool, datetime | None]]] = {}
    for referral, events in sorted(recorded.referrals.items()):
        parties = parties_of(events)
        if parties is None or recorded.agency not in parties or not _touched(events, moved):
            continue
        peer = parties[parties[0] == recorded.agency]
        ordered = list(merged(events, *parties))
        ran = played(ordered, parties, moved, recorded.agency, calendar)
        anyway = played(ordered, parties, {}, recorded.agency, calendar) if ran else []
        before = {each.clock for each in anyway}
        owed = [
            Late(referral, peer, each, each.clock in before)
            for each in ran
            if each.clock is not Clock.TECHNICAL_RECEIPT
        ]
        late += owed
        silent = any(each.clock is Clock.TECHNICAL_RECEIPT for each in ran)
        due = min((each.ran.due_at for each in owed if not each.anyway), default=None)
        tallies.setdefault(peer, []).append((any(not each.anyway for each in owed), silent, due))
    waiting = [_waiting(peer, rows) for peer, rows in tallies.items()]
    return Absence(
        back_at(away, calendar),
        recorded.caught_up_at,
        sum(each.delayed for each in waiting),
        tuple(sorted(late, key=lambda each: (each.anyway, each.ran.due_at, each.referral))),
        tuple(sorted(waiting, key=lambda each: (-each.late, -each.delayed, each.agency))),
    )


def played(
    ordered: Sequence[Said],
    parties: tuple[int, int],
    moved: Mapping[UUID, datetime],
    agency: int,
    calendar: BusinessCalendar,
) -> list[Ran]:
    """Fold a referral with some of its events moved; tell which clocks ran out while the agency owed.

    `ordered` are its events in one order (`merged`), of sender and recipient. Nobody answers before being
    asked: an event is never earlier than those before it.
    """
    first = next((each for each in ordered if each.type == REQUESTED), ordered[0])
    at, found = moved.get(first.event_id, first.said_at), dict[Clock, Ran]()
    fold = ReferralFold(*parties, first._replace(said_at=at), calendar)
    for each in ordered:
        at = max(at, moved.get(each.event_id, each.said_at))
        holder, clock = fold.owed()
        if clock is not None and holder == agency == each.source:
            due = clock.due_at
            if due is not None and due < at:
                found.setdefault(clock.clock, Ran(clock.clock, due, at))
        fold.take(each if each.said_at == at else each._replace(said_at=at))
    return list(found.values())


def day_of_absence(away: date) -> datetime:
    """Return when a day begins on which an agency is away."""
    return datetime.combine(away, time.min, SEOUL)


def _touched(events: Iterable[Said], moved: Mapping[UUID, datetime]) -> bool:
    return any(moved.get(each.event_id, each.said_at) > each.said_at for each in events)


def _waiting(peer: int, rows: Sequence[tuple[bool, bool, datetime | None]]) -> Waiting:
    return Waiting(
        peer,
        len(rows),
        sum(late for late, _, _ in rows),
        sum(silent for _, silent, _ in rows),
        min((due for _, _, due in rows if due is not None), default=None),
    )
