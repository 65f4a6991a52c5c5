"""A client's journey as one agency knows it: its own referrals, and of the rest only that it was there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ieum.casework.values import Referral, Side
from ieum_contracts.address import Address
from ieum_contracts.client_codes import Goal
from ieum_contracts.codes import State
from ieum_contracts.lifecycle import CONCLUDED, UNDERWAY
from ieum_contracts.referral import Visit

LEADING_AGENCY, LEADING_PROGRAMME = "city-welfare-team", "case-management"
"""The lead agency (주관기관) of a journey by default, once it has accepted the client for this programme."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A stop that others have made; its state was known when the client was referred on from it.

    Nobody tells an agency of later changes to a referral in which it has no part.
    """

    visit: Visit
    state_as_of: datetime


def elsewhere(referrals: Sequence[Referral], me: Address) -> list[Elsewhere]:
    """Return the stops of a journey that are no referral of this agency, from the paths that it was sent."""
    own = {(str(each.peer if each.side is Side.SENDER else me), each.programme) for each in referrals}
    found: dict[tuple[str, str, datetime], Elsewhere] = {}
    for referral in sorted(referrals, key=lambda each: each.asked_at):
        for visit in _path(referral):
            if visit.agency != str(me) and (visit.agency, visit.programme) not in own:
                place = (visit.agency, visit.programme, visit.at)
                found[place] = Elsewhere(visit, referral.asked_at)
    return sorted(found.values(), key=lambda each: each.visit.at)


def lead_of(referrals: Iterable[Referral], me: Address) -> Address | None:
    """Return the lead agency, as far as this agency knows it: by a referral of its own to that programme."""
    for each in referrals:
        recipient = each.peer if each.side is Side.SENDER else me
        accepted = each.case is not None or each.state in UNDERWAY | CONCLUDED | {State.CLOSED}
        if (recipient.agency, each.programme) == (LEADING_AGENCY, LEADING_PROGRAMME) and accepted:
            return recipient
    return None


def goals_of(referral: Referral) -> tuple[Goal, ...]:
    """Return the goals that a referral cites."""
    goals = referral.requested().get("goals", [])
    return tuple(Goal(goal) for goal in goals if isinstance(goal, str)) if isinstance(goals, list) else ()


def _path(referral: Referral) -> list[Visit]:
    visits = referral.requested().get("path", [])
    return [Visit.model_validate(visit) for visit in visits] if isinstance(visits, list) else []
