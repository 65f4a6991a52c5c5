"""What a sender is told before a client is sent where there is no room, and where else there may be."""

from collections.abc import Iterator
from datetime import date

from ieum.casework.values import AgencyView, Alternative, RoomWarning
from ieum_contracts.address import Address
from ieum_contracts.capacity import Room
from ieum_contracts.programme import ProgrammePublished

ALTERNATIVES_MAX = 5
FULL = frozenset({Room.WAITLIST, Room.NONE})


def room_warnings(to: Address, programme: str, view: AgencyView, on: date) -> tuple[RoomWarning, ...]:
    """Warn of a programme that says that it is full; of one that says nothing there is nothing to warn."""
    capacity = view.capacities.get((to, programme))
    if capacity is None or capacity.room not in FULL:
        return ()
    published = view.published.get((to, programme))
    found = () if published is None else sorted(_alike(to, published, view, on), key=_best_first)
    return (RoomWarning(capacity, tuple(each for _, each in found[:ALTERNATIVES_MAX])),)


def _alike(
    to: Address, programme: ProgrammePublished, view: AgencyView, on: date
) -> Iterator[tuple[int, Alternative]]:
    """Find the programmes that say to serve one of the same needs, for the same kind of client, with room."""
    for (agency, other), each in view.published.items():
        shared = len({*programme.serves} & {*each.serves})
        capacity = view.capacities.get((agency, other))
        room = None if capacity is None else capacity.room
        fits = (
            each.is_offered(on) and not {*programme.subjects}.isdisjoint(each.subjects) and agency != view.me
        )
        if shared and fits and room not in FULL and (agency, other) != (to, programme.programme):
            yield shared, Alternative(agency, other, room)


def _best_first(found: tuple[int, Alternative]) -> tuple[object, ...]:
    """Put what shares most needs first, then what is known to have room."""
    shared, each = found
    return -shared, each.room is None, each.room is Room.FEW, str(each.agency), each.programme
