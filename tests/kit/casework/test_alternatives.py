"""A sender is warned of a programme that says to be full, and offered programmes for the same need."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ieum.casework.alternatives import ALTERNATIVES_MAX, room_warnings
from ieum.casework.values import AgencyView, Change
from ieum_contracts.address import Address
from ieum_contracts.capacity import CapacityChanged, Room
from ieum_contracts.client_codes import Need
from ieum_contracts.codes import SubjectKind
from ieum_contracts.programme import ProgrammePublished
from tests.kit.casework.agencies import PROGRAMME, RECIPIENT, SENDER, Two, published, view_of

OTHER, THIRD = Address("yangju", "city-job-center"), Address("yangju", "women-reemployment-center")
Place = tuple[Address, str]
TODAY = date(2026, 11, 30)
FULL: Place = (RECIPIENT, "full")
WORK = {"serves": (Need.WORK_FINDING,)}
PUBLISHED: dict[Place, ProgrammePublished] = {
    FULL: published("full", serves=(Need.WORK_FINDING, Need.WORK_TRAINING)),
    (RECIPIENT, "beside"): published("beside", **WORK),
    (OTHER, "both"): published("both", serves=(Need.WORK_TRAINING, Need.WORK_FINDING)),
    (OTHER, "unknown-room"): published("unknown-room", **WORK),
    (THIRD, "a-few"): published("a-few", **WORK),
    (THIRD, "full-too"): published("full-too", **WORK),
    (THIRD, "ended"): published("ended", **WORK, offered=False),
    (THIRD, "over"): published("over", **WORK, valid_until=TODAY - timedelta(days=1)),
    (THIRD, "for-employers"): published("for-employers", **WORK, subjects=(SubjectKind.EMPLOYER,)),
    (THIRD, "another-need"): published("another-need", serves=(Need.DEBT_ARREARS,)),
    (THIRD, "says-nothing"): published("says-nothing"),
    (SENDER, "own"): published("own", **WORK),
}


def said(programme: str, room: Room) -> CapacityChanged:
    return CapacityChanged(programme=programme, version=1, room=room)


def view(full: Room) -> AgencyView:
    rooms = {
        FULL: full,
        (OTHER, "both"): Room.FEW,
        (THIRD, "a-few"): Room.FEW,
        (THIRD, "full-too"): Room.WAITLIST,
        (RECIPIENT, "beside"): Room.OPEN,
    }
    return AgencyView(SENDER, {}, PUBLISHED, {at: said(at[1], room) for at, room in rooms.items()})


@pytest.mark.parametrize("room", [Room.WAITLIST, Room.NONE])
def test_what_shares_most_needs_and_is_known_to_have_room_comes_first(room: Room) -> None:
    (warning,) = room_warnings(*FULL, view(room), TODAY)
    assert warning.capacity.room is room
    assert [(each.programme, each.room) for each in warning.alternatives] == [
        ("both", Room.FEW),
        ("beside", Room.OPEN),
        ("a-few", Room.FEW),
        ("unknown-room", None),
    ]


@pytest.mark.parametrize("room", [Room.OPEN, Room.FEW])
def test_of_room_there_is_nothing_to_warn(room: Room) -> None:
    assert room_warnings(*FULL, view(room), TODAY) == ()


def test_nor_of_an_agency_that_says_nothing_of_its_room() -> None:
    assert room_warnings(*FULL, replace(view(Room.OPEN), capacities={}), TODAY) == ()


def test_no_more_are_offered_than_can_be_looked_at() -> None:
    many = {(OTHER, f"p-{n}"): published(f"p-{n}", **WORK) for n in range(20)}
    found = room_warnings(*FULL, replace(view(Room.NONE), published={**PUBLISHED, **many}), TODAY)
    assert len(found[0].alternatives) == ALTERNATIVES_MAX


def test_a_referral_without_known_room_carries_no_warning() -> None:
    change = Two().refer()
    assert isinstance(change, Change)
    assert change.warnings == ()
    assert (RECIPIENT, PROGRAMME) not in view_of(SENDER).capacities
