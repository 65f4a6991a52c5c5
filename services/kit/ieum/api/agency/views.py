"""How a referral is shown: where it stands, what is open, what may be done now, and what was said of it."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue
from pydantic_core import from_json

from ieum.api.agency.clock_views import ClockView
from ieum.api.agency.representations import (
    AlternativeView,
    EndedHereView,
    HistoryEntry,
    NotTakenIn,
    OpenAsk,
    ReferralCreated,
    ReferralStanding,
    ReferralSummary,
    WarningCode,
    WarningView,
)
from ieum.api.http.responses import stored_answer
from ieum.api.problems.http_kinds import Text
from ieum.casework.values import Change, EndCause, Referral, RoomWarning
from ieum.storage.idempotency_rows import StoredResponse
from ieum.storage.reading import HistoryRow as Entry
from ieum_contracts.capacity import Room
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
    shown = ReferralCreated(**dict(standing(made)), warnings=[warning_view(each) for each in change.warnings])
    return stored_answer(shown, made.version, f"/v1/referrals/{made.id}")


def warning_view(warning: RoomWarning) -> WarningView:
    """Show a warning, in Korean and English."""
    code = WarningCode.WAITLIST if warning.capacity.room is Room.WAITLIST else WarningCode.NO_ROOM
    detail = _WARNINGS[code]
    alternatives = [
        AlternativeView(agency=str(each.agency), programme=each.programme, room=each.room)
        for each in warning.alternatives
    ]
    return WarningView(
        code=code,
        detail_ko=detail.ko,
        detail_en=detail.en,
        capacity=warning.capacity,
        alternatives=alternatives,
    )


_WARNINGS: Mapping[WarningCode, Text] = {
    WarningCode.WAITLIST: Text(
        "이 프로그램은 지금 자리가 없어 이용자가 대기하게 됩니다. "
        "대기하거나 `alternatives`의 다른 기관에 의뢰하십시오.",
        "The programme is full now, and the client will wait. Let the referral stand, or cancel it and "
        "refer to one of `alternatives`.",
    ),
    WarningCode.NO_ROOM: Text(
        "이 프로그램은 지금 이용자를 받지 못합니다. "
        "이 의뢰를 취소하고 `alternatives`의 다른 기관에 의뢰하는 것이 낫습니다.",
        "The programme takes nobody now. It is better to cancel the referral and to refer to one of "
        "`alternatives`.",
    ),
}


def summary(referral: Referral, clocks: Sequence[ClockView] = ()) -> ReferralSummary:
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
        clocks=list(clocks),
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
