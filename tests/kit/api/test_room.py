"""Room over HTTP, and waiting lists that move by themselves, on a real database."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import pytest
import pytest_asyncio

from ieum.application.room_keeper import MOVES_MAX
from ieum.delivery.sending.outbox import Cause, OutboxWriter, StreamBlocked
from ieum_contracts.address import Address
from ieum_contracts.capacity import CapacityChanged, Room
from ieum_contracts.message import Say
from ieum_contracts.topics import Family
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.api.agency_api import settle
from tests.kit.api.referring import referral_order
from tests.kit.api.room_world import AGENCY, BY_HAND, COURSE, FAIR, RoomWorld, keeper_of, open_world

pytestmark = pytest.mark.stack
DONE = {"decision": "completed", "outcome": "service-provided"}
ROOM = "/v1/programmes/{}/room"


@pytest_asyncio.fixture
async def world(make_centre: MakeCentre) -> AsyncIterator[RoomWorld]:
    async with open_world(await make_centre("employment-center", AGENCY.id)) as opened:
        yield opened


async def test_three_places_go_to_the_first_three_and_free_places_to_the_next(world: RoomWorld) -> None:
    first = [await world.refer() for _ in range(3)]
    await world.turn()
    late = [await world.refer() for _ in range(2)]
    await world.turn()
    assert await world.states(first) == {"accepted": 3}
    assert [(await world.told(each))[-1]["position"] for each in late] == [1, 2]
    shown = (await world.recipient.http.get(ROOM.format(COURSE))).json()
    assert (shown["room"], shown["taken"], shown["waiting"], shown["places_free"]) == ("waitlist", 3, 2, 0)

    await world.decide(first[1], **DONE)
    await world.turn()
    assert [await world.state(each) for each in late] == ["accepted", "waitlisted"]
    assert [each["position"] for each in await world.told(late[1])] == [2, 1], "told once for each move"
    assert await world.turn() == 0, "nothing moves where nothing has changed"


async def test_what_is_only_stated_waits_for_a_worker(world: RoomWorld) -> None:
    referral = await world.refer(source="stated")
    assert await world.turn() == 0
    assert await world.state(referral) == "received"


async def test_without_known_room_everything_is_a_workers_and_set_room_moves_the_most_urgent_first(
    world: RoomWorld,
) -> None:
    routine = await world.refer(FAIR, priority="routine", priority_cause=None)
    crisis = await world.refer(FAIR, priority="crisis", priority_cause="no-means-today")
    assert await world.turn() == 0
    answer = await world.recipient.post(ROOM.format(FAIR), {"room": "waitlist", "expected_days": 14})
    assert answer.status_code == 200, answer.text
    await world.turn()
    assert [await world.told(each) for each in (crisis, routine)] == [
        [{"answers": [], "position": 1, "expected_wait_days": 14}],
        [{"answers": [], "position": 2, "expected_wait_days": 14}],
    ]
    await world.recipient.post(ROOM.format(FAIR), {"places": 1})
    await world.turn()
    assert [await world.state(each) for each in (crisis, routine)] == ["accepted", "waitlisted"]
    await world.recipient.post(ROOM.format(FAIR), {"room": "open"})
    await world.turn()
    assert await world.state(routine) == "accepted"


async def test_by_hand_nobody_is_accepted_but_the_first_hears_that_there_is_room(world: RoomWorld) -> None:
    await world.recipient.post(ROOM.format(BY_HAND), {"room": "waitlist"})
    waiting = [await world.refer(BY_HAND) for _ in range(2)]
    await settle(world.sender, world.recipient)
    for each in waiting:
        await world.decide(
            each, decision="waitlisted", expected_wait_days=20, review_at="2027-01-15T09:00:00Z"
        )
    await world.turn()
    await world.recipient.post(ROOM.format(BY_HAND), {"places": 1})
    await world.turn()
    told = [(await world.told(each))[-1] for each in waiting]
    assert [each["expected_wait_days"] for each in told] == [0, 20]
    assert {each["review_at"] for each in told} == {"2027-01-15T09:00:00Z"}, "what was promised stays"
    assert await world.states(waiting) == {"waitlisted": 2}


FORGOTTEN = "update ledger set body = null where type = 'referral.waitlisted.v1'"


async def test_what_was_promised_is_not_forgotten_with_the_words_and_nothing_is_told_anew(
    world: RoomWorld,
) -> None:
    """The ledger keeps bodies for thirty days; a promise may lie further ahead."""
    await world.recipient.post(ROOM.format(BY_HAND), {"room": "waitlist"})
    referral = await world.refer(BY_HAND)
    await settle(world.sender, world.recipient)
    await world.decide(referral, decision="waitlisted", review_at="2027-02-28T09:00:00Z")
    await world.turn()
    before = await world.told(referral)
    async with world.recipient.database.acquire() as connection:
        await connection.execute(FORGOTTEN)
    assert await keeper_of(world.recipient)[0].turn() == 0
    await world.recipient.post(ROOM.format(BY_HAND), {"places": 1})
    await world.turn()
    assert len(await world.told(referral)) == len(before) + 1
    assert (await world.told(referral))[-1]["review_at"] == "2027-02-28T09:00:00Z"


async def test_who_cannot_be_told_keeps_nobody_behind_from_being_told(
    world: RoomWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as one turn moves stand in front, of an agency with which numbers are compared."""
    waiting = [await world.refer() for _ in range(MOVES_MAX + 5)]
    await settle(world.sender, world.recipient)
    real = OutboxWriter.say
    blocked = {*waiting[: MOVES_MAX + 2]}

    def say(self: OutboxWriter, says: Sequence[Say], cause: Cause, now: datetime) -> None:
        if any(str(each.key) in blocked for each in says):
            raise StreamBlocked("restored.comparing", says[0].to, Family.REFERRAL, says[0].key)
        real(self, says, cause, now)

    with monkeypatch.context() as patched:
        patched.setattr(OutboxWriter, "say", say)
        await world.turn()
    assert [await world.state(each) for each in waiting[MOVES_MAX + 2 :]] == ["waitlisted"] * 3


async def test_several_processes_at_once_give_each_place_away_once(world: RoomWorld) -> None:
    referrals = [await world.refer() for _ in range(25)]
    await settle(world.sender, world.recipient)
    keepers = [keeper_of(world.recipient)[0] for _ in range(4)]
    await asyncio.gather(*(each.turn() for each in keepers for _ in range(3)))
    await world.turn()
    assert await world.states(referrals) == {"accepted": 3, "waitlisted": 22}
    async with world.recipient.database.acquire() as connection:
        said = await connection.fetch(ACCEPTED)
    assert [row["times"] for row in said] == [1, 1, 1]


ACCEPTED = """
select key, count(*) as times from ledger where said and type = 'referral.accepted.v1' group by key
"""


async def test_room_is_set_once_and_not_over_anothers_change(world: RoomWorld) -> None:
    first = await world.recipient.post(ROOM.format(COURSE), {"places": 12}, key="room-key-1")
    again = await world.recipient.post(ROOM.format(COURSE), {"places": 12}, key="room-key-1")
    assert (first.json(), again.headers["idempotent-replayed"]) == (again.json(), "true")
    assert (first.json()["places"], first.json()["room"], first.headers["etag"]) == (12, "open", '"1"')
    stale = await world.recipient.post(ROOM.format(COURSE), {"places": 1}, if_match='"0"')
    assert (stale.status_code, stale.json()["version"]) == (412, 1)
    fresh = await world.recipient.post(ROOM.format(COURSE), {"places": 1}, if_match='"1"')
    assert fresh.headers["etag"] == '"2"'
    for bad in ({"places": -1}, {"room": "plenty"}, {"places": 1, "seats": 2}):
        assert (await world.recipient.post(ROOM.format(COURSE), bad)).status_code == 422
    for other in ("training-card", "no-such-programme"):
        assert (await world.recipient.post(ROOM.format(other), {"places": 1})).status_code == 404
        assert (await world.recipient.http.get(ROOM.format(other))).status_code == 404


CAPACITY = "insert into capacity (peer, programme, version, body) values ($1, $2, 1, $3)"


async def test_a_full_programme_is_warned_about_and_shown(world: RoomWorld) -> None:
    sender, at = world.sender, (world.recipient.me, COURSE)
    capacities: Mapping[tuple[Address, str], CapacityChanged] = sender.api_context.handler.view.capacities
    assert isinstance(capacities, dict)
    order_before = await sender.post("/v1/referrals", referral_order(world.recipient.me, programme=COURSE))
    assert order_before.json()["warnings"] == []
    full = CapacityChanged(programme=COURSE, version=1, room=Room.WAITLIST, places=0, expected_days=7)
    capacities[at] = full
    answer = await sender.post("/v1/referrals", referral_order(world.recipient.me, programme=COURSE))
    assert answer.status_code == 201, "it goes all the same"
    (warning,) = answer.json()["warnings"]
    assert (warning["code"], warning["capacity"]["expected_days"]) == ("programme-full", 7)
    assert warning["detail_ko"]
    assert warning["detail_en"]
    async with sender.database.acquire() as connection:
        peer = sender.api_context.delivery.peers.number(world.recipient.me)
        await connection.execute(CAPACITY, peer, COURSE, full.model_dump_json(exclude_none=True).encode())
    listed = (await sender.http.get("/v1/programmes", params={"agency": AGENCY.id})).json()["programmes"]
    assert {each["programme"]["programme"]: each.get("capacity", {}).get("room") for each in listed} == {
        COURSE: "waitlist",
        FAIR: None,
        BY_HAND: None,
    }
