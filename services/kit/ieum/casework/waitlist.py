"""The queue of a programme: who is accepted, put on the waiting list or told another position, by policy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ieum.casework.capacity import AnswerPolicy, RoomPolicy, RoomStanding, is_known, unfilled
from ieum.casework.case_commands import SERVED_MAX, accepted_into
from ieum.casework.effects import bodies_of, decided, say
from ieum.casework.values import Case, Change, Referral
from ieum.casework.verified import likelihood_of, likely_on_verified_facts
from ieum_contracts import lifecycle
from ieum_contracts.codes import Decision, State
from ieum_contracts.decisions import ReferralWaitlisted
from ieum_contracts.eligibility import Likelihood
from ieum_contracts.lifecycle import Decided, Mover, RecipientCopy

EXACT_POSITION_MAX = 10
"""Further back a position is told in steps, so that one who leaves does not move all behind anew."""
_STEPS = ((EXACT_POSITION_MAX, 1), (100, 10))
_FAR_STEP = 100


@dataclass(frozen=True, slots=True)
class Queued:
    """A referral that has a place to wait for, and what its sender was told of that last."""

    referral: Referral
    told: ReferralWaitlisted | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What the policy does with a referral: accept it, or tell where it stands on the waiting list."""

    referral: Referral
    told: ReferralWaitlisted | None

    @property
    def accepts(self) -> bool:
        """Whether it is accepted."""
        return self.told is None


def moves(queue: Sequence[Queued], standing: RoomStanding, policy: RoomPolicy) -> Iterator[Move]:
    """Walk a queue, its first in front, and give each of the places that are free to one of it.

    By policy only those are accepted who are likely on verified facts. Of anybody else a worker decides, and
    the place is kept meanwhile; an arrival that is unlikely waits for the worker without one. While nothing
    is known of the room, everything is a worker's.
    """
    if not is_known(standing, policy):
        return
    automatic = policy.answer is AnswerPolicy.AUTOMATIC
    left, position = unfilled(standing, policy), 0
    for each in queue:
        arrived = each.referral.state is State.RECEIVED
        if arrived and (not automatic or likelihood_of(each.referral) is Likelihood.UNLIKELY):
            continue
        has_place = left is None or left > 0
        left = None if left is None else max(0, left - 1)
        if automatic and has_place and likely_on_verified_facts(each.referral):
            yield Move(each.referral, None)
            continue
        if arrived and has_place:
            continue
        position += 1
        told = _told(each.told, position, standing, has_place=has_place)
        if arrived or _facts(told) != _facts(each.told):
            yield Move(each.referral, told)


def moved(referral: Referral, case: Case | None, move: Move, now: datetime, new_case: UUID) -> Change | None:
    """Make one move; None when it is not possible any more, and a worker has to look."""
    decision = Decision.ACCEPTED if move.accepts else Decision.WAITLISTED
    if not isinstance(referral.copy, RecipientCopy) or referral.version != move.referral.version:
        return None
    step = lifecycle.decide(referral.copy, decision, Mover.POLICY)
    if not isinstance(step, Decided) or (case is not None and len(case.served) >= SERVED_MAX):
        return None
    fields: dict[str, object] = {"case": new_case if case is None else case.id}
    if move.told is not None:
        fields = {name: getattr(move.told, name) for name in move.told.model_fields_set - {"answers"}}
    bodies = bodies_of(step, fields, now)
    after = decided(referral, step.copy, bodies, now)
    said = tuple(say(referral, body) for body in bodies)
    if not move.accepts:
        return Change(after, says=said)
    return Change(after, accepted_into(case, after, keep_open=False, new_case=new_case, now=now), said)


def told_position(position: int) -> int:
    """Return a position as it is told: exactly in front, else up to the next step."""
    step = next((each for limit, each in _STEPS if position <= limit), _FAR_STEP)
    return -(-position // step) * step


def _facts(told: ReferralWaitlisted | None) -> tuple[object, ...]:
    return () if told is None else (told.position, told.expected_wait_days, told.review_at)


def _told(
    before: ReferralWaitlisted | None, position: int, standing: RoomStanding, *, has_place: bool
) -> ReferralWaitlisted:
    """Return what there is to tell now; the review that was promised stays."""
    expected = None if before is None else before.expected_wait_days
    if has_place:
        expected = 0
    elif not expected:
        expected = standing.expected_days
    told = {"position": told_position(position), "expected_wait_days": expected}
    given: dict[str, object] = {name: value for name, value in told.items() if value is not None}
    if before is not None and before.review_at is not None:
        given["review_at"] = before.review_at
    return ReferralWaitlisted.model_validate(given)
