"""When the sender's copy lacks something that it has read, as it told itself."""

from collections.abc import Sequence
from datetime import datetime

from ieum_console.projection.referral_steps import UNTAKEN, Notice, Step
from ieum_console.replay.reaching import answers_of

PARKED = "stream.parked.v1"


def doubts_of(
    parties: tuple[str, str], notices: Sequence[Notice], steps: Sequence[Step], free_at: datetime | None
) -> list[tuple[datetime, datetime | None]]:
    """List from when till when the sender lacks something; `free_at` is when nothing was seen to wait there.

    What was refused or passed over it lacks for good. What was parked it has when it says something because
    of what it heard, when it is told to pass over it, or when nothing waits any more.
    """
    told = [each for each in notices if (each.source, each.recipient) == parties]
    proofs = [at for (agency, _), at in answers_of(steps).items() if agency == parties[0]]
    ends = [*proofs, *(each.sent_at for each in told if each.type in UNTAKEN)]
    if free_at is not None:
        ends.append(free_at)
    doubts: list[tuple[datetime, datetime | None]] = []
    for each in told:
        if each.type == PARKED:
            doubts.append((each.sent_at, min((at for at in ends if at > each.sent_at), default=None)))
        elif each.type in UNTAKEN:
            doubts.append((each.sent_at, None))
    return doubts
