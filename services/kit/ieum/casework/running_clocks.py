"""The clocks that run for one referral: set, paused, moved and removed by what happens to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic_core import from_json

from ieum.casework.business_days import BusinessCalendar, end_of
from ieum.casework.clock_rules import Step, harm_of, rules_of, stands_still, steps_of
from ieum.casework.values import AgencyView, Referral, Side
from ieum_contracts.catalogue import decision_of
from ieum_contracts.codes import Priority
from ieum_contracts.decisions import (
    ReferralHeld,
    ReferralInfoRequested,
    ReferralReceived,
    ReferralWaitlisted,
)
from ieum_contracts.model import Model
from ieum_contracts.overdue import Clock, ClockLevel, ClockPublished


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock of a referral, from `since` on; `fired` of its steps have been reached and acted on.

    `promised` is the time that the recipient has named for its last step. `due_at` is when its next step is
    reached, or when its last one was; None while it is paused. While paused its steps say what is left.
    """

    clock: Clock
    since: datetime
    steps: tuple[Step, ...]
    harm: int
    promised: datetime | None = None
    paused_at: datetime | None = None
    fired: int = 0
    fired_at: datetime | None = None
    due_at: datetime | None = None

    @property
    def level(self) -> ClockLevel | None:
        """The highest level that was acted on."""
        return self.steps[self.fired - 1].level if self.fired else None

    @property
    def fires_at(self) -> datetime | None:
        """When there is something to do; None while it is paused, and when all is done."""
        return self.due_at if self.fired < len(self.steps) else None


Running = Mapping[Clock, RunningClock]


def follow(
    running: Running, referral: Referral, bodies: Sequence[Model], at: datetime, view: AgencyView
) -> Running:
    """Return the clocks after a change: `bodies` are what was said or heard with it, `at` is when.

    Pure, and the same on both sides; the table says which clock runs on which.
    """
    after: dict[Clock, RunningClock] = {}
    for rule in rules_of(referral.copy):
        clock = rule.clock
        before = running.get(clock)
        if rule.effect(referral.side) is None:
            continue
        if stands_still(clock, referral.copy):
            if before is not None:
                after[clock] = paused(before, at, view.calendar)
        elif before is None or any(decision_of(body) in rule.restarted_by for body in bodies):
            after[clock] = started(clock, referral, bodies, at, view)
        else:
            after[clock] = _sooner(resumed(before, at, view.calendar), referral, at, view)
    return after


def started(
    clock: Clock, referral: Referral, bodies: Iterable[Model], at: datetime, view: AgencyView
) -> RunningClock:
    """Begin a clock, by the time that the recipient has promised where there is one ahead."""
    priority = _priority(referral)
    steps = steps_of(clock, priority, _published(referral, view))
    since, promised = at, None
    for body in bodies:
        match body:
            case ReferralReceived(decision_due_at=datetime() as due) if clock is Clock.DECISION:
                promised = due
            case ReferralInfoRequested(due_at=datetime() as due) if clock is Clock.INFO_REQUEST:
                promised = due
            case ReferralWaitlisted(review_at=datetime() as due) if clock is Clock.WAITLIST_REVIEW:
                promised = due
            case ReferralHeld(until=until) if until is not None and clock is Clock.PROGRESS:
                since = max(at, end_of(until))
            case _:
                pass
    promised = promised if promised is not None and promised > at else None
    return begun(clock, since, steps, harm_of(clock, priority), promised, calendar=view.calendar)


def begun(
    clock: Clock,
    since: datetime,
    steps: tuple[Step, ...],
    harm: int,
    promised: datetime | None = None,
    *,
    calendar: BusinessCalendar,
) -> RunningClock:
    """Begin a clock of which no step is reached."""
    due = _due(calendar, since, steps, 0, promised)
    return RunningClock(clock, since, steps, harm, promised, due_at=due)


def paused(clock: RunningClock, at: datetime, calendar: BusinessCalendar) -> RunningClock:
    """Stop a clock: a day on which it did not run until 18:00 is not counted.

    What is due stays due, but for an acknowledgement: nothing can be closed while a dispute waits.
    """
    is_due = clock.fires_at is not None and clock.fires_at <= at
    if clock.paused_at is not None or (is_due and clock.clock is not Clock.ACKNOWLEDGEMENT):
        return clock
    if clock.fires_at is None:
        return replace(clock, paused_at=at)
    steps = tuple(
        replace(step, amount=max(1, step.amount - calendar.used(clock.since, at, step.unit)))
        for step in clock.steps
    )
    return replace(clock, steps=steps, promised=None, paused_at=at, due_at=None)


def resumed(clock: RunningClock, at: datetime, calendar: BusinessCalendar) -> RunningClock:
    """Let a paused clock run on with what is left; the day on which it goes on is not counted."""
    if clock.paused_at is None:
        return clock
    if clock.fired == len(clock.steps):
        return replace(clock, paused_at=None)
    return timed(replace(clock, since=max(at, clock.paused_at), paused_at=None), calendar)


def timed(clock: RunningClock, calendar: BusinessCalendar) -> RunningClock:
    """Tell when the next step is due by this calendar; what has been acted on stays as it is."""
    if clock.paused_at is not None or clock.fired == len(clock.steps):
        return clock
    return replace(clock, due_at=_due(calendar, clock.since, clock.steps, clock.fired, clock.promised))


def _due(
    calendar: BusinessCalendar,
    since: datetime,
    steps: Sequence[Step],
    number: int,
    promised: datetime | None,
) -> datetime:
    if promised is not None and number == len(steps) - 1:
        return promised
    return calendar.due(since, steps[number].amount, steps[number].unit)


def fired(clock: RunningClock, now: datetime, calendar: BusinessCalendar) -> RunningClock:
    """Return a clock whose steps up to now are acted on: once, at the highest of their levels."""
    while (due := clock.fires_at) is not None and due <= now:  # at most as often as it has steps
        clock = timed(replace(clock, fired=clock.fired + 1, fired_at=now), calendar)
    return clock


def _sooner(clock: RunningClock, referral: Referral, at: datetime, view: AgencyView) -> RunningClock:
    """Let a decision that has become more urgent be due sooner; one that is less urgent keeps its time."""
    if clock.clock is not Clock.DECISION or clock.harm == harm_of(clock.clock, _priority(referral)):
        return clock
    anew = started(clock.clock, referral, (), at, view)
    if clock.due_at is None or anew.due_at is None or anew.due_at < clock.due_at:
        return anew
    return replace(clock, harm=anew.harm)


def _priority(referral: Referral) -> Priority:
    return Priority(from_json(referral.asked).get("priority", Priority.ROUTINE))


def _published(referral: Referral, view: AgencyView) -> Iterable[ClockPublished]:
    if referral.side is Side.RECIPIENT:
        return view.clocks.get(referral.programme, ())
    programme = view.published.get((referral.peer, referral.programme))
    return () if programme is None else programme.clocks
