"""Which clocks run or wait for a copy of a referral, and which of them stand still."""

from collections.abc import Mapping
from types import MappingProxyType

from ieum.casework.clock_rules import CLOCK_RULES, ClockRule
from ieum_contracts.codes import AskType, State
from ieum_contracts.lifecycle import RecipientCopy, SenderCopy
from ieum_contracts.overdue import Clock


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
