"""Changes of a client's eligibility: said, heard, and passed on along the referrals of the journey.

A change that rules something out reaches every agency with an open referral of the journey: each agency that
hears it passes it on to its own partners, once. A change that is known is not passed on again, so that it
comes to an end where the referrals of a journey lead in a circle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic_core import from_json

from ieum.casework.conflicts import standing_after, with_conflicts
from ieum.casework.effects import changed, say
from ieum.casework.known_change import KnownChange, ToDoResult
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.refusals import Guard, Refusal
from ieum.casework.values import Change, Referral, Side
from ieum_contracts.address import Address
from ieum_contracts.eligibility import EligibilityChanged, Standing
from ieum_contracts.lifecycle import ENDED
from ieum_contracts.message import Event
from ieum_contracts.timing import day_of


def change_eligibility(
    referral: Referral, order: EligibilityChanged, known: LoadedCases, now: datetime, new_id: UUID
) -> Change | Refusal:
    """Report a change to the other side of a referral, and to the other partners of the journey.

    The conflicts need not be listed. A change that the journey knows already is told to this partner alone.
    """
    if referral.copy.withdrawn or referral.copy.erased:
        return Refusal(Guard.MOVE, "consent-withdrawn", referral.state, referral.allowed())
    body = with_conflicts(order, day_of(now)).model_copy(update={"change": None})
    before = _known(known, referral, body, new_id)
    change = Change(changed(referral, now))
    if before is not None:
        again = body.model_copy(update={"change": before.id})
        return replace(change, says=(say(referral, again, new_id),))
    first = say(referral, body, new_id)  # its own id is the change's, and need not stand in it
    return _spread(replace(change, says=(first,)), referral, body, known, now, identity=new_id)


def conclude(change: Change, known: LoadedCases, now: datetime, new_id: UUID) -> Change:
    """Tell the other partners what the outcome of a referral completed here means for eligibility.

    The sender derives the same from the outcome (`hear_outcome`): the decision gets the id `new_id`,
    by which both name the change.
    """
    after = change.referral
    body = None if after is None else _meant(after, now)
    if after is None or body is None or _stands(known, after, body, new_id):
        return change
    first, *rest = change.says
    said = replace(change, says=(replace(first, id=new_id), *rest))
    return _spread(said, after, body, known, now, identity=new_id)


def hear_outcome(change: Change, event: Event, known: LoadedCases, now: datetime) -> Change:
    """Take in what the outcome of a referral, said by its recipient, means for eligibility."""
    after, identity = change.referral, event.envelope.id
    body = None if after is None else _meant(after, event.envelope.time)
    if after is None or body is None or _stands(known, after, body, identity):
        return change
    return _spread(change, after, body, known, now, identity=identity, told_by=after.peer)


def hear_change(
    referral: Referral, event: Event, body: EligibilityChanged, known: LoadedCases, now: datetime
) -> Change:
    """Take a change in: something to do here, and passed on where it rules something out, the first time."""
    heard, identity = Change(changed(referral, now)), body.change or event.envelope.id
    if referral.copy.withdrawn or referral.copy.erased or _known(known, referral, body, identity):
        return heard
    told, by = with_conflicts(body, day_of(now)), referral.peer
    return _spread(heard, referral, told, known, now, identity=identity, told_by=by)


def finish(
    referral: Referral, to_do: KnownChange | None, result: ToDoResult, now: datetime
) -> Change | Refusal:
    """Mark something as done."""
    if to_do is None or not to_do.to_do:
        return Refusal(Guard.NOT_FOUND, "unknown")
    if to_do.done_at is not None:
        return Refusal(Guard.MOVE, "done-already", referral.state, referral.allowed())
    return Change(changed(referral, now), changes=(to_do.done(result, now),))


def _spread(
    change: Change,
    about: Referral,
    body: EligibilityChanged,
    known: LoadedCases,
    now: datetime,
    *,
    identity: UUID,
    told_by: Address | None = None,
) -> Change:
    """Add what a worker here has to do about a new change, and pass it on if it rules something out."""
    body = body.model_copy(update={"change": identity})
    concerned = _concerned(known, about, body)
    here = concerned or ([] if told_by is None else [about])
    noted = here if any(each.id == about.id for each in here) else [*here, about]
    first = _known_change(about, body, now, identity=identity, told_by=told_by)
    rows = tuple(replace(first, referral=each.id, to_do=each in here) for each in noted)
    passed = _passed_on(known, about, body) if body.conflicts else []
    others = {each.id: each for each in (*here, *passed) if each.id != about.id}
    return replace(
        change,
        also=(*change.also, *(changed(each, now) for each in others.values())),
        says=(*change.says, *(say(each, body) for each in passed)),
        changes=rows,
    )


def _known(
    known: LoadedCases, referral: Referral, body: EligibilityChanged, identity: UUID
) -> KnownChange | None:
    of_journey = known.changes_of(referral.journey)
    return next((each for each in of_journey if each.is_same(body, identity)), None)


def _stands(known: LoadedCases, referral: Referral, body: EligibilityChanged, identity: UUID) -> bool:
    """Whether an outcome says nothing new: a worker may have said it before, with another day."""
    of_programme = (each for each in known.changes_of(referral.journey) if each.programme == body.programme)
    last = max(of_programme, key=lambda each: each.at, default=None)
    return _known(known, referral, body, identity) is not None or (last is not None and last.new is body.new)


def _open(known: LoadedCases, about: Referral) -> list[Referral]:
    """Return the journey's referrals that are under way here, the smallest id first."""
    found = (each for each in known.referrals.values() if each.journey == about.journey)
    going = (each for each in found if each.state not in ENDED and each.ended_here is None)
    return sorted((each for each in going if not each.copy.withdrawn), key=lambda each: each.id)


def _concerned(known: LoadedCases, about: Referral, body: EligibilityChanged) -> list[Referral]:
    """Return what this agency does for the client in a programme that is ruled out."""
    ruled_out = {each.programme for each in body.conflicts}
    mine = (each for each in _open(known, about) if each.side is Side.RECIPIENT)
    return [each for each in mine if each.programme in ruled_out]


def _passed_on(known: LoadedCases, about: Referral, body: EligibilityChanged) -> Sequence[Referral]:
    """Return one referral for each other partner; the one to a programme that is ruled out comes first."""
    ruled_out = {each.programme for each in body.conflicts}
    partners: dict[Address, Referral] = {}
    for each in sorted(_open(known, about), key=lambda each: each.programme not in ruled_out):
        if each.peer != about.peer:
            partners.setdefault(each.peer, each)
    return list(partners.values())


def _known_change(
    referral: Referral, body: EligibilityChanged, now: datetime, *, identity: UUID, told_by: Address | None
) -> KnownChange:
    return KnownChange(
        referral=referral.id,
        id=identity,
        journey=referral.journey,
        told_by=told_by,
        programme=body.programme,
        old=body.old,
        new=body.new,
        effective_on=body.effective_on,
        conflicts=body.conflicts,
        at=now,
        to_do=False,
    )


def _meant(referral: Referral, said_at: datetime) -> EligibilityChanged | None:
    """Return the change that the outcome of a completed referral means, where it rules something out."""
    if referral.outcome is None or referral.copy.withdrawn:
        return None
    found = standing_after(referral.programme, referral.outcome)
    if found is None:
        return None
    new, conflicts = found
    return EligibilityChanged(
        programme=referral.programme,
        old=_advised(referral),
        new=new,
        effective_on=day_of(said_at),
        conflicts=conflicts,
    )


def _advised(referral: Referral) -> Standing:
    """Return where the client stood by the last assessment of this programme."""
    if referral.assessment is None:
        return Standing.NOT_ASSESSED
    programmes: Iterable[dict[str, str]] = from_json(referral.assessment).get("programmes", ())
    advice = (each["likelihood"] for each in programmes if each.get("programme") == referral.programme)
    return Standing(next(advice, Standing.NOT_ASSESSED))
