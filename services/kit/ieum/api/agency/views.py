"""How a referral is shown: where it stands, what is open, what may be done now, and what was said of it."""

from collections.abc import Sequence

from pydantic import JsonValue
from pydantic_core import from_json

from ieum.api.agency.representations import (
    EndedHereView,
    HistoryEntry,
    NotTakenIn,
    OpenAsk,
    ReferralStanding,
    ReferralSummary,
    RuledOut,
    ToDo,
)
from ieum.api.http.responses import stored_answer
from ieum.casework.known_change import KnownChange
from ieum.casework.values import Change, EndCause, Referral
from ieum.storage.idempotency_rows import StoredResponse
from ieum.storage.reading import HistoryRow as Entry
from ieum_contracts.lifecycle import RecipientCopy


def standing(referral: Referral) -> ReferralStanding:
    """Show a referral's state."""
    ended = referral.ended_here
    return ReferralStanding(
        id=referral.id,
        role=referral.side,
        state=referral.state,
        version=referral.version,
        journey=referral.journey,
        case=referral.case,
        open_asks=_open_asks(referral),
        allowed=list(referral.allowed()),
        abandoned=ended is not None and ended.cause is EndCause.ABANDONED,
        ended_here=None if ended is None else EndedHereView(cause=ended.cause, reason=ended.reason),
        not_taken_in=_not_taken_in(referral),
    )


def standing_answer(change: Change) -> StoredResponse:
    """Answer a command on a referral with its new state."""
    after = _changed(change)
    return stored_answer(standing(after), after.version)


def created_answer(change: Change) -> StoredResponse:
    """Answer a new referral with its location and state."""
    made = _changed(change)
    return stored_answer(standing(made), made.version, f"/v1/referrals/{made.id}")


def summary(referral: Referral) -> ReferralSummary:
    """Show a referral as one line of a list."""
    return ReferralSummary(
        **dict(standing(referral)),
        peer=str(referral.peer),
        programme=referral.programme,
        client_ref=referral.client_ref,
        parent=referral.parent,
        outcome=referral.outcome,
        reason=referral.reason,
        closed_as=referral.copy.closed_as,
        created_at=referral.created_at,
        changed_at=referral.changed_at,
    )


def to_do(change: KnownChange) -> ToDo:
    """Show a change of eligibility that a worker has to take care of."""
    return ToDo(
        id=change.id,
        referral=change.referral,
        journey=change.journey,
        told_by=None if change.told_by is None else str(change.told_by),
        programme=change.programme,
        old=change.old,
        new=change.new,
        effective_on=change.effective_on,
        conflicts=[RuledOut.model_validate(each, from_attributes=True) for each in change.conflicts],
        at=change.at,
        done=change.done_at is not None,
        done_at=change.done_at,
        result=change.result,
    )


def _changed(change: Change) -> Referral:
    if change.referral is None:
        raise LookupError("A command on a referral has to change it.")
    return change.referral


def coded(body: bytes) -> dict[str, JsonValue]:
    """Read an event's body without `sealed`, the field with everything personal."""
    content = from_json(body)
    return {name: value for name, value in content.items() if name != "sealed"}


def entries(referral: Referral, history: Sequence[Entry]) -> list[HistoryEntry]:
    """Show a part of a referral's history; codes alone once its details are erased."""
    read = from_json if referral.sealed is not None else coded
    return [
        HistoryEntry(
            id=entry.id,
            direction="said" if entry.said else "heard",
            type=entry.type,
            at=entry.at,
            data=None if entry.body is None else read(entry.body),
        )
        for entry in history
    ]


def _open_asks(referral: Referral) -> list[OpenAsk]:
    copy = referral.copy
    asks = copy.waiting if isinstance(copy, RecipientCopy) else copy.open
    return [OpenAsk(id=ask_id, ask=ask_type) for ask_id, ask_type in asks]


def _not_taken_in(referral: Referral) -> list[NotTakenIn]:
    copy = referral.copy
    untaken = referral.untaken if isinstance(copy, RecipientCopy) else copy.untaken
    return [NotTakenIn(id=said_id, said=name, reason=reason) for said_id, name, reason in untaken]
