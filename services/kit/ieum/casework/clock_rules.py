"""Every clock of a referral in one table: when it runs and how long, who is late, what happens then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from ieum.casework.values import Side
from ieum_contracts.codes import AskType, Decision, Priority, State
from ieum_contracts.lifecycle import CONCLUDED, UNDERWAY, RecipientCopy, SenderCopy
from ieum_contracts.overdue import Clock, ClockLevel, ClockPublished, ClockUnit


class Effect(StrEnum):
    """What happens at a side when a clock has run out there."""

    MARK = "mark"
    """It is marked, logged and stands in what is due; nothing is said."""
    REMIND = "remind"
    """The same, and the other side is told (`referral.overdue`)."""
    EXPIRE = "expire"
    """The referral expires."""
    CLOSE = "close"
    """The referral is closed as unacknowledged."""


@dataclass(frozen=True, slots=True)
class Step:
    """A level, and how long after the clock began it is reached."""

    level: ClockLevel
    amount: int
    unit: ClockUnit


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One clock. `harm` orders what is due, the worst first; `reason` is the code of what is missing.

    A side without an effect does not run it. `restarted_by` are decisions with which it begins anew.
    """

    clock: Clock
    states: frozenset[State]
    owes: Side
    reason: str
    harm: int
    steps: tuple[Step, ...]
    at_sender: Effect | None = Effect.MARK
    at_recipient: Effect | None = Effect.MARK
    by_priority: Mapping[Priority, tuple[Step, ...]] = field(default_factory=dict)
    harm_by_priority: Mapping[Priority, int] = field(default_factory=dict)
    restarted_by: frozenset[Decision] = frozenset()

    def effect(self, side: Side) -> Effect | None:
        """Return what happens at a side; None where the clock does not run there."""
        return self.at_sender if side is Side.SENDER else self.at_recipient


def _overdue(amount: int, unit: ClockUnit) -> tuple[Step, ...]:
    return (Step(ClockLevel.OVERDUE, amount, unit),)


_S, _D, _E, _P = State, Decision, Effect, Priority
_SECONDS, _CALENDAR, _BUSINESS = ClockUnit.SECONDS, ClockUnit.CALENDAR_DAYS, ClockUnit.BUSINESS_DAYS
_ROWS = (
    ClockRule(
        Clock.TECHNICAL_RECEIPT,
        frozenset({_S.REQUESTED}),
        Side.RECIPIENT,
        "no-receipt",
        3,
        (Step(ClockLevel.WARN, 60, _SECONDS), Step(ClockLevel.ALARM, 15 * 60, _SECONDS)),
        at_recipient=None,
    ),
    ClockRule(
        Clock.DECISION,
        frozenset({_S.RECEIVED}),
        Side.RECIPIENT,
        "no-decision",
        7,
        _overdue(3, _BUSINESS),
        at_sender=_E.REMIND,
        by_priority={
            _P.ROUTINE: _overdue(3, _BUSINESS),
            _P.URGENT: _overdue(1, _BUSINESS),
            _P.CRISIS: _overdue(4 * 3600, _SECONDS),
        },
        harm_by_priority={_P.CRISIS: 1, _P.URGENT: 4},
    ),
    ClockRule(
        Clock.INFO_REQUEST,
        frozenset({_S.INFO_REQUESTED}),
        Side.SENDER,
        "info-not-supplied",
        5,
        _overdue(7, _CALENDAR),
        at_recipient=_E.EXPIRE,
        restarted_by=frozenset({_D.INFO_REQUESTED}),
    ),
    ClockRule(
        Clock.WAITLIST_REVIEW,
        frozenset({_S.WAITLISTED}),
        Side.RECIPIENT,
        "no-review",
        6,
        _overdue(30, _CALENDAR),
        at_recipient=_E.EXPIRE,
        restarted_by=frozenset({_D.WAITLISTED}),
    ),
    ClockRule(
        Clock.PROGRESS,
        UNDERWAY,
        Side.RECIPIENT,
        "no-progress",
        8,
        (Step(ClockLevel.WARN, 30, _CALENDAR), Step(ClockLevel.OVERDUE, 40, _CALENDAR)),
        at_sender=_E.REMIND,
        restarted_by=frozenset({_D.STARTED, _D.PROGRESSED, _D.HELD, _D.RESUMED, _D.REOPENED}),
    ),
    ClockRule(
        Clock.ACKNOWLEDGEMENT,
        CONCLUDED,
        Side.SENDER,
        "outcome-not-acknowledged",
        9,
        _overdue(7, _CALENDAR),
        at_recipient=_E.CLOSE,
        restarted_by=frozenset({_D.COMPLETED, _D.FAILED}),
    ),
    ClockRule(
        Clock.ERASURE_RECEIPT,
        frozenset(State),
        Side.RECIPIENT,
        "no-erasure-receipt",
        2,
        _overdue(5, _CALENDAR),
        at_recipient=None,
    ),
)

CLOCK_RULES: Mapping[Clock, ClockRule] = MappingProxyType({row.clock: row for row in _ROWS})
"""The table. A waiting list without a promised review is looked at after thirty days."""


def _concerns(rule: ClockRule, state: State) -> bool:
    pausing = rule.clock is Clock.DECISION and state is State.INFO_REQUESTED
    return rule.clock is not Clock.ERASURE_RECEIPT and (pausing or state in rule.states)


_RULES_BY_STATE: Mapping[State, tuple[ClockRule, ...]] = MappingProxyType(
    {state: tuple(rule for rule in CLOCK_RULES.values() if _concerns(rule, state)) for state in State}
)
_ERASURE = (CLOCK_RULES[Clock.ERASURE_RECEIPT],)


def rules_of(copy: SenderCopy | RecipientCopy) -> tuple[ClockRule, ...]:
    """List the clocks that run or wait for a referral: after a withdrawal only that of the erasure."""
    if copy.withdrawn:
        return () if copy.erased else _ERASURE
    if isinstance(copy, SenderCopy) and copy.over:
        return ()
    return _RULES_BY_STATE[copy.state]


def belongs(clock: Clock, copy: SenderCopy | RecipientCopy) -> bool:
    """Whether a clock runs or waits for a referral."""
    return any(rule.clock is clock for rule in rules_of(copy))


def stands_still(clock: Clock, copy: SenderCopy | RecipientCopy) -> bool:
    """Whether a clock stands still: a decision for what is asked, an acknowledgement for a dispute."""
    if clock is Clock.DECISION:
        return copy.state is State.INFO_REQUESTED
    if clock is not Clock.ACKNOWLEDGEMENT:
        return False
    asks = copy.waiting if isinstance(copy, RecipientCopy) else copy.open
    return any(ask is AskType.OUTCOME_DISPUTED for _, ask in asks)


def steps_of(clock: Clock, priority: Priority, published: Iterable[ClockPublished] = ()) -> tuple[Step, ...]:
    """Return how long a clock runs, with what the recipient's programme says otherwise."""
    rule = CLOCK_RULES[clock]
    other = {
        each.level: Step(each.level, each.amount, each.unit)
        for each in published
        if each.clock is clock and each.priority in {None, priority}
    }
    return tuple(other.get(step.level, step) for step in rule.by_priority.get(priority, rule.steps))


def harm_of(clock: Clock, priority: Priority) -> int:
    """Return the rank of what being late does to the client; 1 is the worst."""
    rule = CLOCK_RULES[clock]
    return rule.harm_by_priority.get(priority, rule.harm)
