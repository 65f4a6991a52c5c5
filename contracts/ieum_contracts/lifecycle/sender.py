"""The sender's copy of a referral: what the recipient last said, and the asks that are still open."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from ieum_contracts.codes import AskType, ClosedAs, Decision, State
from ieum_contracts.lifecycle.table import (
    ASKS,
    ENDED,
    NAMES_ONE_ASK,
    NotAllowed,
    OpenAsk,
    closed_as,
    rows_for,
)

_ANY_ID = UUID(int=0)


class UntakenAsk(NamedTuple):
    """An ask that the recipient did not take in, as it told: its number changed nothing there."""

    id: UUID
    ask: AskType
    reason: str


@dataclass(frozen=True, slots=True)
class SenderCopy:
    """What the sender holds; it never changes the state by itself.

    `untaken` and `over` are its own marks beside the state: asks that were never asked, since the recipient
    did not take them in (the last of each type), and whether it expects no answer any more.
    """

    state: State = State.REQUESTED
    open: tuple[OpenAsk, ...] = ()
    closed_as: ClosedAs | None = None
    disputed: bool = False
    withdrawn: bool = False
    reopened: bool = False
    erased: bool = False
    untaken: tuple[UntakenAsk, ...] = ()
    over: bool = False


def ask(copy: SenderCopy, ask_type: AskType, ask_id: UUID) -> SenderCopy | NotAllowed:
    """Say an ask; a second one of a type that is still open is refused and names the first.

    One that was not taken in may be said again: above all a withdrawal.
    """
    untaken = any(each.ask is ask_type for each in copy.untaken)
    withdrawing = ask_type is AskType.CONSENT_WITHDRAWN
    first = next((open_id for open_id, open_type in copy.open if open_type is ask_type), None)
    if first is not None:
        return NotAllowed("already-asked", first)
    if copy.withdrawn and not (withdrawing and untaken and not copy.erased):
        return NotAllowed("consent-withdrawn")
    if copy.over and not withdrawing:
        return NotAllowed("referral-over")
    if copy.state not in ASKS[ask_type].from_states:
        return NotAllowed("not-from-this-state")
    if ask_type is AskType.OUTCOME_DISPUTED and copy.disputed and not untaken:
        return NotAllowed("disputed-before")
    return replace(
        copy,
        open=(*copy.open, (ask_id, ask_type)),
        disputed=copy.disputed or ask_type is AskType.OUTCOME_DISPUTED,
        withdrawn=withdrawing,
        untaken=tuple(each for each in copy.untaken if each.ask is not ask_type),
    )


def ask_not_taken_in(copy: SenderCopy, ask_id: UUID, reason: str) -> SenderCopy:
    """Settle an ask that the recipient did not take in; one that is settled already stays as it is."""
    return _settled_untaken(copy, [each for each in copy.open if each[0] == ask_id], reason)


def request_not_taken_in(copy: SenderCopy, reason: str) -> SenderCopy:
    """End a referral whose request the recipient did not take in, and with it every ask about it.

    Once the recipient has decided anything it has taken the request in, whatever it tells later.
    """
    if copy.state is not State.REQUESTED:
        return copy
    return replace(_settled_untaken(copy, copy.open, reason), over=True)


def abandon(copy: SenderCopy) -> SenderCopy | NotAllowed:
    """Expect no answer any more, though the recipient may still give one: state and asks stay as they are."""
    if copy.over:
        return NotAllowed("referral-over")
    return NotAllowed("referral-ended") if copy.state in ENDED else replace(copy, over=True)


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
        untaken=tuple(each for each in copy.untaken if each.id not in answers),
        over=False,
        closed_as=closed_as(decision, copy.state, copy.closed_as),
        reopened=copy.reopened or decision is Decision.REOPENED,
        erased=copy.erased or decision is Decision.CONSENT_ERASED,
    )


@lru_cache(1_024)
def asks_allowed(copy: SenderCopy) -> tuple[AskType, ...]:
    """List the asks that the sender may say now."""
    return tuple(name for name in AskType if isinstance(ask(copy, name, _ANY_ID), SenderCopy))


def _breach(copy: SenderCopy, decision: Decision, answers: tuple[UUID, ...]) -> str | None:
    if answers:
        open_asks = {each.id: each.ask for each in copy.untaken} | dict(copy.open)
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


def _settled_untaken(copy: SenderCopy, asks: Iterable[OpenAsk], reason: str) -> SenderCopy:
    settled = [UntakenAsk(ask_id, ask_type, reason) for ask_id, ask_type in asks]
    ids, types = {each.id for each in settled}, {each.ask for each in settled}
    return replace(
        copy,
        open=tuple(each for each in copy.open if each[0] not in ids),
        untaken=(*(each for each in copy.untaken if each.ask not in types), *settled),
    )
