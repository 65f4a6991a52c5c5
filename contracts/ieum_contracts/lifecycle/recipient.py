"""The recipient's copy of a referral: it alone decides, and it answers or keeps the asks that arrive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from ieum_contracts.codes import AskType, ClosedAs, Decision, State
from ieum_contracts.lifecycle.table import (
    CONCLUDED,
    NAMES_ALL_THAT_WAIT,
    NAMES_ONE_ASK,
    UNDERWAY,
    Condition,
    Mover,
    NotAllowed,
    OpenAsk,
    Row,
    Said,
    closed_as,
    rows_for,
)


@dataclass(frozen=True, slots=True)
class RecipientCopy:
    """What the recipient holds: the state that it decides, and the asks that wait with it."""

    state: State = State.REQUESTED
    waiting: tuple[OpenAsk, ...] = ()
    closed_as: ClosedAs | None = None
    reopened: bool = False
    withdrawn: bool = False
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A copy after decisions, and what is said of them, in order."""

    copy: RecipientCopy
    says: tuple[Said, ...] = ()


def decide(
    copy: RecipientCopy, decision: Decision, by: Mover, answers: tuple[UUID, ...] = ()
) -> Decided | NotAllowed:
    """Make one decision on the recipient's copy; a withdrawal is followed at once by the erasure.

    `answers` counts only where the decision leaves a choice (`ask-rejected`, `amendment-noted`, the system's
    `received`); a rejection without it means the only ask that waits. Others know what they answer.
    """
    failed = "not-from-this-state"
    for row in rows_for(decision, copy.state):
        if by not in row.by:
            failed = "not-by-this-party" if failed == "not-from-this-state" else failed
            continue
        unmet = next((name for name in row.conditions if not CONDITIONS[name](copy)), None)
        if unmet is None:
            return _decided(copy, row, by, answers)
        failed = str(unmet)
    return NotAllowed(failed)


def hear_ask(copy: RecipientCopy, ask_type: AskType, ask_id: UUID, *, reopening_possible: bool) -> Decided:
    """Take an ask in: answer it at once where the system can, else let it wait for a worker.

    `reopening_possible` says whether a dispute is still in time (30 days after the outcome).
    """
    heard = replace(copy, waiting=(*copy.waiting, (ask_id, ask_type)))
    match ask_type:
        case AskType.CONSENT_WITHDRAWN:
            return _first_possible(replace(heard, withdrawn=True), _WITHDRAWAL_REPLIES, ask_id)
        case AskType.CANCEL_REQUESTED if copy.state in UNDERWAY:
            return Decided(heard)
        case AskType.OUTCOME_DISPUTED if reopening_possible and _reopenable(copy):
            return Decided(heard)
        case _:
            return _first_possible(heard, (_REPLIES[ask_type], Decision.ASK_REJECTED), ask_id)


@lru_cache(1_024)
def moves_allowed(copy: RecipientCopy) -> tuple[Decision, ...]:
    """List the decisions that a worker of the recipient may make now."""
    return tuple(name for name in Decision if isinstance(decide(copy, name, Mover.WORKER), Decided))


_REPLIES: Mapping[AskType, Decision] = MappingProxyType(
    {
        AskType.INFO_SUPPLIED: Decision.RECEIVED,
        AskType.AMENDED: Decision.AMENDMENT_NOTED,
        AskType.CANCEL_REQUESTED: Decision.CANCELLED,
        AskType.OUTCOME_ACKNOWLEDGED: Decision.CLOSED,
        AskType.OUTCOME_DISPUTED: Decision.ASK_REJECTED,
    }
)
"""The system's answer to an ask, where the table allows it and nothing has to wait; else `ask-rejected`."""

_WITHDRAWAL_REPLIES = (Decision.WITHDRAWN, Decision.CONSENT_ERASED, Decision.ASK_REJECTED)
"""Not ended: withdrawn; ended: erased; erased already, since the client said so at both desks: rejected."""


def _decided(copy: RecipientCopy, row: Row, by: Mover, answers: tuple[UUID, ...]) -> Decided | NotAllowed:
    waiting = tuple(ask_id for ask_id, _ in copy.waiting)
    if row.decision in NAMES_ALL_THAT_WAIT:
        answers = waiting
    elif row.decision in NAMES_ONE_ASK:
        answers = answers or waiting
        if len(answers) != 1:
            return NotAllowed("name-one-ask")
    elif row.decision is not Decision.RECEIVED or by is not Mover.SYSTEM:
        answers = ()
    if not set(answers) <= set(waiting):
        return NotAllowed("ask-does-not-wait")
    decided = replace(
        copy,
        state=row.to or copy.state,
        waiting=tuple(item for item in copy.waiting if item[0] not in answers),
        closed_as=closed_as(row.decision, copy.state, copy.closed_as),
        reopened=copy.reopened or row.decision is Decision.REOPENED,
        withdrawn=copy.withdrawn or row.decision is Decision.WITHDRAWN,
        erased=copy.erased or row.decision is Decision.CONSENT_ERASED,
    )
    says: tuple[Said, ...] = ((row.decision, answers),)
    if row.decision is Decision.WITHDRAWN:
        decided, says = replace(decided, erased=True), (*says, (Decision.CONSENT_ERASED, ()))
    return Decided(decided, says)


def _reopenable(copy: RecipientCopy) -> bool:
    concluded = copy.state in CONCLUDED or copy.state is State.CLOSED
    return concluded and not copy.reopened and not copy.withdrawn


def _first_possible(copy: RecipientCopy, decisions: tuple[Decision, ...], ask_id: UUID) -> Decided:
    for decision in decisions:
        step = decide(copy, decision, Mover.SYSTEM, (ask_id,))
        if isinstance(step, Decided):
            return step
    raise AssertionError(f"The table leaves the system no answer among {', '.join(decisions)}.")


def _waits(kind: AskType) -> Callable[[RecipientCopy], bool]:
    return lambda copy: any(waiting is kind for _, waiting in copy.waiting)


CONDITIONS: Mapping[Condition, Callable[[RecipientCopy], bool]] = MappingProxyType(
    {
        Condition.CANCEL_WAITS: _waits(AskType.CANCEL_REQUESTED),
        Condition.DISPUTE_WAITS: _waits(AskType.OUTCOME_DISPUTED),
        Condition.NO_DISPUTE_WAITS: lambda copy: not _waits(AskType.OUTCOME_DISPUTED)(copy),
        Condition.ACKNOWLEDGED: _waits(AskType.OUTCOME_ACKNOWLEDGED),
        Condition.AN_ASK_WAITS: lambda copy: bool(copy.waiting),
        Condition.INFO_SUPPLIED: _waits(AskType.INFO_SUPPLIED),
        Condition.AMENDED: _waits(AskType.AMENDED),
        Condition.NOT_REOPENED: lambda copy: not copy.reopened,
        Condition.NOTHING_WITHDRAWN: lambda copy: not copy.withdrawn,
        Condition.WITHDRAWN_NOT_ERASED: lambda copy: copy.withdrawn and not copy.erased,
    }
)
