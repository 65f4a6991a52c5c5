"""A clock has run out: it is marked, the other side is reminded, or the referral expires or is closed."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from ieum.casework.case_commands import settled
from ieum.casework.clock_rules import CLOCK_RULES, Effect
from ieum.casework.effects import bodies_of, decided, say
from ieum.casework.running_clocks import RunningClock
from ieum.casework.values import AgencyView, Case, Change, Referral
from ieum_contracts import lifecycle
from ieum_contracts.address import Address
from ieum_contracts.catalogue import type_of
from ieum_contracts.causes import ClosedCause, ExpiredClock
from ieum_contracts.codes import Decision
from ieum_contracts.lifecycle import Decided, Mover, RecipientCopy
from ieum_contracts.overdue import Clock, ReferralOverdue

EXPIRED_BY: Mapping[Clock, ExpiredClock] = {
    Clock.INFO_REQUEST: ExpiredClock.INFO_REQUEST,
    Clock.WAITLIST_REVIEW: ExpiredClock.WAITLIST_REVIEW,
}


def fire(
    referral: Referral, case: Case | None, ran_out: RunningClock, now: datetime, view: AgencyView
) -> Change | None:
    """Return what a clock that has run out brings about; None when it has only to be marked.

    `ran_out` is the clock at the level that it has reached. A referral that does not allow the move any more
    is left as it is.
    """
    effect = CLOCK_RULES[ran_out.clock].effect(referral.side)
    match effect:
        case None | Effect.MARK:
            return None
        case Effect.REMIND:
            return _reminded(referral, ran_out, view)
        case Effect.EXPIRE:
            return _moved(referral, case, Decision.EXPIRED, {"clock": EXPIRED_BY[ran_out.clock]}, now)
        case Effect.CLOSE:
            fields = {"cause": ClosedCause.UNACKNOWLEDGED, "closed_as": referral.state}
            return _moved(referral, case, Decision.CLOSED, fields, now)
    assert_never(effect)


def takes_in(agency: Address, event_type: str, view: AgencyView) -> bool:
    """Whether an agency has published that it takes in a type which it need not know."""
    return any(event_type in each.hears for (owner, _), each in view.published.items() if owner == agency)


def _reminded(referral: Referral, ran_out: RunningClock, view: AgencyView) -> Change | None:
    """Remind the other side, unless the client has withdrawn or the agency would not understand."""
    if referral.copy.withdrawn or ran_out.level is None or ran_out.due_at is None:
        return None
    body = ReferralOverdue(clock=ran_out.clock, level=ran_out.level, due_at=ran_out.due_at)
    if not takes_in(referral.peer, type_of(body), view):
        return None
    return Change(says=(say(referral, body),))


def _moved(
    referral: Referral, case: Case | None, decision: Decision, fields: Mapping[str, object], now: datetime
) -> Change | None:
    if not isinstance(referral.copy, RecipientCopy):
        return None
    step = lifecycle.decide(referral.copy, decision, Mover.CLOCK)
    if not isinstance(step, Decided):
        return None
    bodies = bodies_of(step, fields, now)
    after = decided(referral, step.copy, bodies, now)
    said = tuple(say(referral, body) for body in bodies)
    if case is None or after.case != case.id:
        return Change(after, says=said)
    case, more = settled(case, after, now)
    return Change(after, case, said + more)
