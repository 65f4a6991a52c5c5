"""The sender's copy of a referral: what the recipient last said, and the asks that are still open."""

from dataclasses import dataclass, replace
from uuid import UUID

from ieum_contracts.codes import AskType, ClosedAs, Decision, State
from ieum_contracts.lifecycle.table import ASKS, NAMES_ONE_ASK, NotAllowed, OpenAsk, closed_as, rows_for

_ANY_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class SenderCopy:
    """What the sender holds; it never changes the state by itself."""

    state: State = State.REQUESTED
    open: tuple[OpenAsk, ...] = ()
    closed_as: ClosedAs | None = None
    disputed: bool = False
    withdrawn: bool = False
    reopened: bool = False
    erased: bool = False


def ask(copy: SenderCopy, ask_type: AskType, ask_id: UUID) -> SenderCopy | NotAllowed:
    """Say an ask; a second one of a type that is still open is refused and names the first."""
    first = next((open_id for open_id, open_type in copy.open if open_type is ask_type), None)
    if first is not None:
        return NotAllowed("already-asked", first)
    if copy.withdrawn:
        return NotAllowed("consent-withdrawn")
    if copy.state not in ASKS[ask_type].from_states:
        return NotAllowed("not-from-this-state")
    if ask_type is AskType.OUTCOME_DISPUTED and copy.disputed:
        return NotAllowed("disputed-before")
    return replace(
        copy,
        open=(*copy.open, (ask_id, ask_type)),
        disputed=copy.disputed or ask_type is AskType.OUTCOME_DISPUTED,
        withdrawn=ask_type is AskType.CONSENT_WITHDRAWN,
    )


def hear_decision(copy: SenderCopy, decision: Decision, answers: tuple[UUID, ...]) -> SenderCopy | NotAllowed:
    """Take a decision in; one that the table does not allow is a breach of contract and changes nothing."""
    rows = rows_for(decision, copy.state)
    if not rows:
        return NotAllowed("move-not-allowed")
    breach = _breach(copy, decision, answers)
    if breach is not None:
        return NotAllowed(breach)
    return replace(
        copy,
        state=rows[0].to or copy.state,
        open=tuple(item for item in copy.open if item[0] not in answers),
        closed_as=closed_as(decision, copy.state, copy.closed_as),
        reopened=copy.reopened or decision is Decision.REOPENED,
        erased=copy.erased or decision is Decision.CONSENT_ERASED,
    )


def asks_allowed(copy: SenderCopy) -> tuple[AskType, ...]:
    """List the asks that the sender may say now."""
    return tuple(name for name in AskType if isinstance(ask(copy, name, _ANY_ID), SenderCopy))


def _breach(copy: SenderCopy, decision: Decision, answers: tuple[UUID, ...]) -> str | None:
    open_asks = dict(copy.open)
    if len(set(answers)) != len(answers) or not open_asks.keys() >= set(answers):
        return "answers-unknown"
    if any(decision not in ASKS[open_asks[answer]].settled_by for answer in answers):
        return "answers-unknown"
    if decision in NAMES_ONE_ASK and len(answers) != 1:
        return "answers-unknown"
    if decision is Decision.REOPENED and (copy.reopened or copy.erased):
        return "move-not-allowed"
    if decision is Decision.CONSENT_ERASED and copy.erased:
        return "move-not-allowed"
    return None
