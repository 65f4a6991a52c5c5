"""What was asked for and could not be had: which ends of a referral count, by their reasons."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from pydantic import JsonValue

from ieum.casework.values import EndCause, Referral
from ieum_contracts.causes import ExpiredClock
from ieum_contracts.codes import ClosedAs, Reason, State

_R = Reason
NOT_UNMET = frozenset(
    {_R.CLIENT_DECLINED, _R.FOUND_WORK, _R.MOVED, _R.DECEASED, _R.NEEDS_MET_ELSEWHERE, _R.DUPLICATE}
    | {_R.ALREADY_RECEIVING, _R.ENTERED_IN_ERROR, _R.CONSENT_WITHDRAWN}
)
"""Reasons after which nothing is missing: the client wants or needs it no more, has it, or never asked."""
UNMET_WHEN_CALLED_OFF = frozenset({_R.RECIPIENT_SILENT, _R.WRONG_SERVICE})
"""Of what the sender called off only this could not be had; its other reasons are the client's."""
EXPIRED_REASONS: Mapping[str, Reason] = {
    ExpiredClock.INFO_REQUEST: Reason.INSUFFICIENT_INFORMATION,
    ExpiredClock.WAITLIST_REVIEW: Reason.NO_CAPACITY,
}


class Unmet(StrEnum):
    """How it turned out that something could not be had."""

    DECLINED = "declined"
    REDIRECTED = "redirected"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    NOT_TAKEN_IN = "not-taken-in"
    WAITED_LONGER = "waited-longer"


LONGER_THAN_PROMISED = "longer-than-promised"


class UnmetRequest(NamedTuple):
    """One thing that could not be had, and why (a code)."""

    how: Unmet
    reason: str


def unmet_end(referral: Referral, expired: Mapping[str, JsonValue] | None = None) -> UnmetRequest | None:
    """Return what could not be had when a referral ended; None when it goes on, or nothing is missing.

    `expired` is the coded content of `referral.expired`, where that ended it. Work that failed counts when
    it is closed: until then its sender may dispute it.
    """
    ended, reason, state = referral.ended_here, referral.reason, referral.state
    if ended is not None:
        if ended.cause is not EndCause.ABANDONED:
            return UnmetRequest(Unmet.NOT_TAKEN_IN, ended.cause)
        called_off = ended.reason in UNMET_WHEN_CALLED_OFF
        return UnmetRequest(Unmet.ABANDONED, ended.reason) if called_off else None
    if state is State.EXPIRED:
        clock = str((expired or {}).get("clock", ""))
        return UnmetRequest(Unmet.EXPIRED, EXPIRED_REASONS.get(clock, Reason.OTHER))
    if state is State.CANCELLED:
        return UnmetRequest(Unmet.CANCELLED, reason) if reason in UNMET_WHEN_CALLED_OFF and reason else None
    how = _ENDS.get(state)
    if state is State.CLOSED and referral.copy.closed_as is ClosedAs.FAILED:
        how = Unmet.FAILED
    return None if how is None or reason is None or reason in NOT_UNMET else UnmetRequest(how, reason)


_ENDS: Mapping[State, Unmet] = {State.DECLINED: Unmet.DECLINED, State.REDIRECTED: Unmet.REDIRECTED}
