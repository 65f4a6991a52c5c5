"""One referral while its events are taken in: its state and clocks, by the pure functions of the kit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from ieum.casework.business_days import BusinessCalendar
from ieum.casework.clock_rules import CLOCK_RULES, rules_of, stands_still, steps_of
from ieum.casework.running_clocks import RunningClock, begun, paused, resumed
from ieum.casework.values import Side
from ieum_contracts.catalogue import EVENT_TYPES, MODEL_OF_ASK, MODEL_OF_DECISION
from ieum_contracts.codes import AskType, Decision, Priority, State
from ieum_contracts.lifecycle import ASKS, ENDED, SenderCopy, ask, hear_decision
from ieum_contracts.lifecycle.table import NAMES_ALL_THAT_WAIT, NAMES_ONE_ASK
from ieum_contracts.overdue import Clock

DECISION_OF_TYPE: Mapping[str, Decision] = MappingProxyType(
    {
        row.type: each
        for row in EVENT_TYPES.values()
        for each in Decision
        if row.model is MODEL_OF_DECISION[each]
    }
)
ASK_OF_TYPE: Mapping[str, AskType] = MappingProxyType(
    {row.type: each for row in EVENT_TYPES.values() for each in AskType if row.model is MODEL_OF_ASK[each]}
)
REQUESTED, OVERDUE = "referral.requested.v1", "referral.overdue.v1"
NO_ANSWER = frozenset(
    {Decision.RECEIVED, Decision.ASK_REJECTED, Decision.AMENDMENT_NOTED, Decision.CONSENT_ERASED}
    | {Decision.WITHDRAWN, Decision.CANCELLED, Decision.EXPIRED}
)
"""Decisions that no worker of the recipient has to think of: an answer to a referral is any other."""
_LAST_STEP = MappingProxyType({clock: steps_of(clock, Priority.ROUTINE)[-1:] for clock in CLOCK_RULES})


class Said(NamedTuple):
    """An event of the family `referral`, as its headers and the broker tell of it; agencies are numbers."""

    source: int
    recipient: int
    sequence: int
    type: str
    event_id: UUID
    said_at: datetime
    sent_at: datetime
    journey: UUID | None
    causation: str | None


@dataclass(frozen=True, slots=True)
class Custody:
    """A referral as far as its headers tell. `holder` is the agency whose move it is; None: nobody's."""

    sender: int
    recipient: int
    journey: UUID | None
    requested_at: datetime
    copy: SenderCopy
    since: datetime
    holder: int | None
    due_at: datetime | None
    due_clock: Clock | None
    reminded_at: datetime | None
    withdrawn_at: datetime | None
    answered_at: datetime | None
    last: Said

    @property
    def ended(self) -> bool:
        """Whether the referral has ended."""
        return self.copy.state in ENDED


class ReferralFold:
    """The copy and the clocks of one referral while its events are taken in, in their order.

    The recipient's decisions move the state as its sender's copy moves. Which asks a decision answers stands
    in its body; here it answers what its cause names, and all that wait where the table says so.
    """

    def __init__(self, sender: int, recipient: int, first: Said, calendar: BusinessCalendar) -> None:
        self.copy = SenderCopy()
        self.since = self.requested_at = first.said_at
        self.reminded_at: datetime | None = None
        self.withdrawn_at: datetime | None = None
        self.answered_at: datetime | None = None
        self._parties = (sender, recipient)
        self._journey: UUID | None = None
        self._last = first
        self._numbers = {sender: 0, recipient: 0}
        self._calendar = calendar
        self._running: dict[Clock, RunningClock] = {}
        self._follow(None, first.said_at)

    def follows(self, each: Said) -> bool:
        """Whether an event is the next one of its side and later than all before, so that it can be taken."""
        mine = self._parties in ((each.source, each.recipient), (each.recipient, each.source))
        following = mine and each.sequence == self._numbers[each.source] + 1
        return following and each.sent_at >= self._last.sent_at and each.type != REQUESTED

    def take(self, each: Said) -> None:
        """Take one event in."""
        self._numbers[each.source] = each.sequence
        self._journey = self._journey or each.journey
        self._last = each if each.sent_at >= self._last.sent_at else self._last
        decision, asked = DECISION_OF_TYPE.get(each.type), ASK_OF_TYPE.get(each.type)
        if decision is not None:
            self._decided(decision, each)
        elif asked is not None:
            after = ask(self.copy, asked, each.event_id)
            if isinstance(after, SenderCopy):
                self.copy = after
                if asked is AskType.CONSENT_WITHDRAWN:
                    self.withdrawn_at = self.withdrawn_at or each.said_at
        elif each.type == OVERDUE:
            self.reminded_at = each.said_at
            return
        self._follow(decision, each.said_at)

    def owed(self) -> tuple[int | None, RunningClock | None]:
        """Tell whose move it is, and the clock that counts; of several the most harmful."""
        clock = min(self._running.values(), key=_by_harm, default=None)
        if self.copy.open:
            return self._parties[1], clock
        if clock is None:
            return None, None
        return self._parties[CLOCK_RULES[clock.clock].owes is Side.RECIPIENT], clock

    def custody(self) -> Custody:
        """Return what follows from the events so far."""
        holder, clock = self.owed()
        return Custody(
            sender=self._parties[0],
            recipient=self._parties[1],
            journey=self._journey,
            requested_at=self.requested_at,
            copy=self.copy,
            since=self.since,
            holder=holder,
            due_at=None if clock is None else clock.due_at,
            due_clock=None if clock is None else clock.clock,
            reminded_at=self.reminded_at,
            withdrawn_at=self.withdrawn_at,
            answered_at=self.answered_at,
            last=self._last,
        )

    def _decided(self, decision: Decision, each: Said) -> None:
        before = self.copy.state
        after = hear_decision(self.copy, decision, self._answers(decision, each.causation))
        if not isinstance(after, SenderCopy):
            return
        self.copy = after
        if decision is Decision.WITHDRAWN:
            self.withdrawn_at = self.withdrawn_at or each.said_at
        if before is not State.REQUESTED and decision not in NO_ANSWER:
            self.answered_at = self.answered_at or each.said_at
        if after.state is not before:
            self.since, self.reminded_at = each.said_at, None

    def _answers(self, decision: Decision, causation: str | None) -> tuple[UUID, ...]:
        fitting = [name for name, kind in self.copy.open if decision in ASKS[kind].settled_by]
        if decision in NAMES_ALL_THAT_WAIT:
            return tuple(fitting)
        named = [name for name in fitting if str(name) == causation]
        return tuple(named or (fitting[:1] if decision in NAMES_ONE_ASK else ()))

    def _follow(self, decision: Decision | None, at: datetime) -> None:
        """Set, pause and remove clocks, for a routine referral and by the agreement's own times."""
        after: dict[Clock, RunningClock] = {}
        for rule in rules_of(self.copy):
            clock = rule.clock
            before = self._running.get(clock)
            if stands_still(clock, self.copy):
                if before is not None:
                    after[clock] = paused(before, at, self._calendar)
            elif before is None or decision in rule.restarted_by:
                after[clock] = begun(clock, at, _LAST_STEP[clock], rule.harm, calendar=self._calendar)
            else:
                after[clock] = resumed(before, at, self._calendar)
        self._running = after


def _by_harm(clock: RunningClock) -> tuple[bool, int]:
    return clock.due_at is None, clock.harm
