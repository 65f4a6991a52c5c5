"""The film of one referral: at every moment what its sender believed beside what its recipient had said.

The time line is the broker's clock, which has seen all of it; beside it stands what each agency's own clock
showed. Where it is not known when something was taken in, the film says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ieum.casework.business_days import BusinessCalendar
from ieum_console.projection.referral_steps import Notice, Step
from ieum_console.replay.copies import Copies
from ieum_console.replay.doubts import doubts_of
from ieum_console.replay.missing import Missing, missing_of
from ieum_console.replay.moments import Happened, Moment, MomentKind, Side
from ieum_console.replay.reaching import Reached, reached
from ieum_contracts.codes import State
from ieum_contracts.topics import Family

EVENTS_MAX = 200
"""A referral has ten or twenty; of more the first ones are shown, and the film says so."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of one referral: its parties, its events, talk about it, whether a stream of it waits."""

    sender: str
    recipient: str
    steps: Sequence[Step]
    notices: Sequence[Notice] = ()
    waits_at_sender: bool = False


@dataclass(frozen=True, slots=True)
class Film:
    """All moments in their order, the last one as of when the topics were last looked at."""

    moments: tuple[Moment, ...]
    missing: tuple[Missing, ...]
    truncated: bool


def film_of(recorded: Recorded, as_of: datetime | None, calendar: BusinessCalendar) -> Film:
    """Play one referral's life again."""
    steps = sorted(recorded.steps, key=lambda each: each.sent_at)[:EVENTS_MAX]
    truncated = len(recorded.steps) > EVENTS_MAX
    parties = (recorded.sender, recorded.recipient)
    came, missing = reached(steps, as_of), missing_of(steps)
    happened = sorted(
        _happened(steps, missing, recorded.notices, None if truncated else as_of),
        key=lambda each: (each.kind is MomentKind.NOW, each.at, list(MomentKind).index(each.kind)),
    )
    copies = Copies(parties, steps, came, calendar)
    doubts = doubts_of(parties, recorded.notices, steps, None if recorded.waits_at_sender else as_of)
    moments = []
    for number, what in enumerate(happened, 1):
        copies.come_to(what.at)
        believed, said = _sides(parties, steps, came, what.at)
        custody = copies.custody
        moments.append(
            Moment(
                number=number,
                what=what,
                believed=Side(copies.believed, *believed),
                said=Side(State.REQUESTED if custody is None else custody.copy.state, *said),
                perhaps=None if copies.possible is copies.believed else copies.possible,
                lacking=_lacking(parties, missing, what.at),
                untaken=any(
                    since <= what.at and (until is None or what.at < until) for since, until in doubts
                ),
                holder=None if custody is None else copies.agency(custody.holder),
                due_at=None if custody is None else custody.due_at,
                due_clock=None if custody is None else custody.due_clock,
            )
        )
    return Film(tuple(moments), tuple(missing), truncated)


def _happened(
    steps: Sequence[Step], missing: Sequence[Missing], notices: Sequence[Notice], as_of: datetime | None
) -> Iterator[Happened]:
    for each in missing:
        yield Happened(MomentKind.MISSING, each.since, missing=each)
    read: dict[tuple[datetime, str], list[Step]] = {}
    for step in steps:
        yield Happened(MomentKind.SAID, step.sent_at, (step,))
        if step.heard_at is not None:
            read.setdefault((step.heard_at, step.recipient), []).append(step)
    for (at, _), each_read in read.items():
        yield Happened(MomentKind.READ, at, tuple(each_read))
    for notice in notices:
        yield Happened(MomentKind.TOLD, notice.sent_at, notice=notice)
    if as_of is not None and steps:
        yield Happened(MomentKind.NOW, max(as_of, steps[-1].sent_at))


_Counted = tuple[datetime | None, int, int]


def _sides(
    parties: tuple[str, str], steps: Sequence[Step], came: Mapping[Step, Reached], at: datetime
) -> tuple[_Counted, _Counted]:
    """Return clock, unread and unknown of the sender and of the recipient."""
    sender, recipient = parties
    mine = [each for each in steps if each.family is Family.REFERRAL and each.sent_at <= at]
    answers = [each for each in mine if (each.source, each.recipient) == (recipient, sender)]
    asked = [each for each in mine if (each.source, each.recipient) == parties]
    taken = [each for each in answers if came[each].surely(at)]
    return (_clock(taken), *_open(answers, came, at)), (_clock(answers), *_open(asked, came, at))


def _clock(steps: Sequence[Step]) -> datetime | None:
    return max(steps, key=lambda each: each.sequence).said_at if steps else None


def _open(steps: Sequence[Step], came: Mapping[Step, Reached], at: datetime) -> tuple[int, int]:
    unread = sum(not came[each].perhaps(at) for each in steps)
    return unread, len(steps) - unread - sum(came[each].surely(at) for each in steps)


def _lacking(parties: tuple[str, str], missing: Sequence[Missing], at: datetime) -> bool:
    return any(
        (each.recipient, each.source) == parties
        and each.family is Family.REFERRAL
        and each.since <= at
        and each.until is None
        for each in missing
    )
