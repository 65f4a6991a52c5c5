"""The life of a referral as data: where each decision leads from and to, and when each ask may be said."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from uuid import UUID

from ieum_contracts.codes import AskType, ClosedAs, Decision, State


class Mover(StrEnum):
    """Who makes a decision on the recipient's side; only a worker's decisions can be posted over HTTP."""

    SYSTEM = "system"
    WORKER = "worker"
    CLOCK = "clock"
    POLICY = "policy"


class Condition(StrEnum):
    """What must hold beside the state; `recipient.py` has one function for each."""

    CANCEL_WAITS = "cancel-requested-waits"
    DISPUTE_WAITS = "outcome-disputed-waits"
    NO_DISPUTE_WAITS = "no-outcome-disputed-waits"
    ACKNOWLEDGED = "outcome-acknowledged-waits"
    AN_ASK_WAITS = "an-ask-waits"
    INFO_SUPPLIED = "info-supplied-waits"
    AMENDED = "amended-waits"
    NOT_REOPENED = "not-reopened-before"
    NOTHING_WITHDRAWN = "nothing-withdrawn"
    WITHDRAWN_NOT_ERASED = "withdrawn-and-not-yet-erased"


@dataclass(frozen=True, slots=True)
class Row:
    """One way in which a decision may be made; `to` is absent where the state stays as it is."""

    decision: Decision
    from_states: frozenset[State]
    to: State | None
    by: frozenset[Mover]
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AskRow:
    """When the sender may say an ask, and which decisions may settle it."""

    ask: AskType
    from_states: frozenset[State]
    settled_by: frozenset[Decision]
    once: bool = False


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Why a step was not taken; `ask_id` names the ask that stands in the way, where one does."""

    why: str
    ask_id: UUID | None = None


OpenAsk = tuple[UUID, AskType]
Said = tuple[Decision, tuple[UUID, ...]]
"""A decision as it is said: its name, and the ids of the asks that it answers."""

_S, _D, _A, _M, _C = State, Decision, AskType, Mover, Condition

ENDED = frozenset({_S.CLOSED, _S.DECLINED, _S.REDIRECTED, _S.CANCELLED, _S.WITHDRAWN, _S.EXPIRED})
NOT_ENDED = frozenset(State) - ENDED
UNDECIDED = frozenset({_S.RECEIVED, _S.INFO_REQUESTED, _S.WAITLISTED})
UNDERWAY = frozenset({_S.ACCEPTED, _S.IN_PROGRESS, _S.ON_HOLD})
CONCLUDED = frozenset({_S.COMPLETED, _S.FAILED})
OPEN_TO_CHANGE = frozenset({_S.REQUESTED}) | UNDECIDED | UNDERWAY

NAMES_ALL_THAT_WAIT = frozenset(
    {_D.COMPLETED, _D.FAILED, _D.DECLINED, _D.REDIRECTED, _D.EXPIRED, _D.CANCELLED, _D.WITHDRAWN}
    | {_D.CLOSED, _D.REOPENED, _D.CONSENT_ERASED}
)
"""Decisions that complete, fail, end or reopen a referral, and the erasure: they answer all that waits."""

NAMES_ONE_ASK = frozenset({_D.AMENDMENT_NOTED, _D.ASK_REJECTED})
"""Decisions that answer exactly one ask; `received` answers one as well, unless it is a first answer."""

_DECLINABLE = UNDECIDED | {_S.ACCEPTED}
_WORKER, _SYSTEM, _CLOCK = frozenset({_M.WORKER}), frozenset({_M.SYSTEM}), frozenset({_M.CLOCK})
_POLICY = _WORKER | {_M.POLICY}


def _states(*states: State) -> frozenset[State]:
    return frozenset(states)


ROWS: tuple[Row, ...] = (
    Row(_D.RECEIVED, _states(_S.REQUESTED), _S.RECEIVED, _SYSTEM),
    Row(_D.RECEIVED, _states(_S.INFO_REQUESTED), _S.RECEIVED, _SYSTEM, (_C.INFO_SUPPLIED,)),
    Row(_D.RECEIVED, _states(_S.INFO_REQUESTED), _S.RECEIVED, _WORKER),
    Row(_D.INFO_REQUESTED, _states(_S.RECEIVED, _S.WAITLISTED), _S.INFO_REQUESTED, _WORKER),
    Row(_D.WAITLISTED, _states(_S.RECEIVED, _S.WAITLISTED), _S.WAITLISTED, _POLICY),
    Row(_D.ACCEPTED, _states(_S.RECEIVED, _S.WAITLISTED), _S.ACCEPTED, _POLICY),
    Row(_D.STARTED, _states(_S.ACCEPTED), _S.IN_PROGRESS, _WORKER),
    Row(_D.PROGRESSED, _states(_S.ACCEPTED, _S.IN_PROGRESS), None, _WORKER),
    Row(_D.HELD, _states(_S.ACCEPTED, _S.IN_PROGRESS), _S.ON_HOLD, _WORKER),
    Row(_D.RESUMED, _states(_S.ON_HOLD), _S.IN_PROGRESS, _WORKER),
    Row(_D.COMPLETED, UNDERWAY, _S.COMPLETED, _WORKER),
    Row(_D.FAILED, UNDERWAY, _S.FAILED, _WORKER),
    Row(_D.DECLINED, _states(_S.REQUESTED), _S.DECLINED, _SYSTEM),
    Row(_D.DECLINED, _DECLINABLE, _S.DECLINED, _WORKER),
    Row(_D.REDIRECTED, _DECLINABLE, _S.REDIRECTED, _WORKER),
    Row(_D.EXPIRED, _states(_S.INFO_REQUESTED, _S.WAITLISTED), _S.EXPIRED, _CLOCK),
    Row(_D.CANCELLED, UNDECIDED, _S.CANCELLED, _SYSTEM, (_C.CANCEL_WAITS,)),
    Row(_D.CANCELLED, UNDERWAY, _S.CANCELLED, _WORKER, (_C.CANCEL_WAITS,)),
    Row(_D.WITHDRAWN, NOT_ENDED, _S.WITHDRAWN, _SYSTEM | _WORKER),
    Row(_D.CLOSED, CONCLUDED, _S.CLOSED, _SYSTEM, (_C.ACKNOWLEDGED, _C.NO_DISPUTE_WAITS)),
    Row(_D.CLOSED, CONCLUDED, _S.CLOSED, _CLOCK, (_C.NO_DISPUTE_WAITS,)),
    Row(
        _D.REOPENED,
        CONCLUDED | {_S.CLOSED},
        _S.IN_PROGRESS,
        _WORKER,
        (_C.DISPUTE_WAITS, _C.NOT_REOPENED, _C.NOTHING_WITHDRAWN),
    ),
    Row(_D.ASK_REJECTED, frozenset(State), None, _SYSTEM | _WORKER, (_C.AN_ASK_WAITS,)),
    Row(_D.AMENDMENT_NOTED, OPEN_TO_CHANGE, None, _SYSTEM, (_C.AMENDED,)),
    Row(_D.CONSENT_ERASED, ENDED, None, _SYSTEM, (_C.WITHDRAWN_NOT_ERASED,)),
)
"""The table of decisions (made by the recipient alone). A supervisor's reopening comes with login."""

_ENDS_WORK = frozenset(
    {_D.COMPLETED, _D.FAILED, _D.DECLINED, _D.REDIRECTED, _D.EXPIRED, _D.CANCELLED, _D.WITHDRAWN}
)

ASKS: Mapping[AskType, AskRow] = MappingProxyType(
    {
        row.ask: row
        for row in (
            AskRow(
                _A.INFO_SUPPLIED,
                _states(_S.INFO_REQUESTED),
                frozenset({_D.RECEIVED, _D.ASK_REJECTED}),
            ),
            AskRow(_A.AMENDED, OPEN_TO_CHANGE, NAMES_ONE_ASK),
            AskRow(_A.CANCEL_REQUESTED, OPEN_TO_CHANGE, _ENDS_WORK | {_D.ASK_REJECTED}),
            AskRow(_A.OUTCOME_ACKNOWLEDGED, CONCLUDED, frozenset({_D.CLOSED, _D.ASK_REJECTED})),
            AskRow(
                _A.OUTCOME_DISPUTED,
                CONCLUDED,
                frozenset({_D.REOPENED, _D.ASK_REJECTED, _D.WITHDRAWN, _D.CONSENT_ERASED}),
                once=True,
            ),
            AskRow(
                _A.CONSENT_WITHDRAWN,
                frozenset(State),
                frozenset({_D.WITHDRAWN, _D.CONSENT_ERASED, _D.ASK_REJECTED}),
                once=True,
            ),
        )
    }
)
"""The table of asks (said by the sender alone): at most one open per type, nothing after a withdrawal."""


@cache
def rows_for(decision: Decision, state: State) -> tuple[Row, ...]:
    """List the rows of the table by which `decision` may be made from `state`, by whomever."""
    return tuple(row for row in ROWS if row.decision is decision and state in row.from_states)


def closed_as(decision: Decision, state: State, before: ClosedAs | None) -> ClosedAs | None:
    """Tell how a referral is closed after a decision made in `state`; reopening forgets it."""
    if decision is Decision.CLOSED:
        return ClosedAs(state)
    return None if decision is Decision.REOPENED else before
