"""How much room a programme has, from what its agency has set, how many have a place, and how many wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ieum_contracts.capacity import CapacityChanged, Room, WaitingTime

FEW_OF = 5
"""Room is `few` when at most one of so many places is free, and with a single one in any case."""
_FULLNESS: Mapping[Room, int] = {room: number for number, room in enumerate(Room)}


class AnswerPolicy(StrEnum):
    """Who accepts a referral: a worker, or the service itself where it may."""

    BY_HAND = "by-hand"
    AUTOMATIC = "automatic"


class QueueOrder(StrEnum):
    """Who of those waiting comes first."""

    OLDEST_FIRST = "oldest-first"
    MOST_URGENT_FIRST = "most-urgent-first"


@dataclass(frozen=True, slots=True)
class RoomPolicy:
    """How a programme gives its room away; `places` is their number where they are counted."""

    answer: AnswerPolicy = AnswerPolicy.BY_HAND
    order: QueueOrder = QueueOrder.OLDEST_FIRST
    places: int | None = None


@dataclass(frozen=True, slots=True)
class RoomStanding:
    """What has been set of a programme's room, how many referrals have a place, and how many wait for one."""

    programme: str
    version: int = 0
    room: Room | None = None
    places: int | None = None
    expected_days: int | None = None
    taken: int = 0
    waiting: int = 0


def counted(policies: Mapping[str, RoomPolicy]) -> list[str]:
    """Name the programmes whose places are counted as they are declared."""
    return [name for name, policy in policies.items() if policy.places is not None]


def is_known(standing: RoomStanding, policy: RoomPolicy) -> bool:
    """Whether anything is known of a programme's room: somebody has set it, or its places are counted."""
    return (standing.room, standing.places, policy.places) != (None, None, None)


def unfilled(standing: RoomStanding, policy: RoomPolicy) -> int | None:
    """Return how many places may be given to those who wait; None is any number, where none are counted."""
    places = policy.places if standing.places is None else standing.places
    if standing.room in {Room.WAITLIST, Room.NONE}:
        return 0
    if places is not None:
        return max(0, places - standing.taken)
    return None


def capacity_of(
    standing: RoomStanding, policy: RoomPolicy, waiting: WaitingTime | None
) -> CapacityChanged | None:
    """Return what is said of a programme's room; None while nothing is known of it.

    A place for which somebody waits is not free. Of what a worker has set and what is counted the fuller
    counts.
    """
    free = unfilled(standing, policy)
    places = policy.places if standing.places is None else standing.places
    by_count = None if places is None or free is None else _counted(max(0, free - standing.waiting), places)
    rooms = [each for each in (standing.room, by_count) if each is not None]
    if not is_known(standing, policy):
        return None
    return CapacityChanged(
        programme=standing.programme,
        version=1,
        room=max(rooms, key=_FULLNESS.__getitem__),
        places=None if by_count is None or free is None else max(0, free - standing.waiting),
        expected_days=standing.expected_days,
        waiting=waiting,
    )


def _counted(free: int, places: int) -> Room:
    if free == 0:
        return Room.WAITLIST
    return Room.FEW if free <= max(1, places // FEW_OF) else Room.OPEN
