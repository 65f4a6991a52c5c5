"""The room of this agency's own programmes: what is set, who has a place, and what is said of it."""

from typing import Annotated

from asyncpg import Connection
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.examples import ROOMS
from ieum.api.docs.route_description import gets, posts
from ieum.api.http.idempotency import once
from ieum.api.http.responses import etag, json_answer, wanted_versions
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.referral_kinds import STALE
from ieum.api.problems.response import Problem
from ieum.casework.capacity import AnswerPolicy, QueueOrder, RoomPolicy, RoomStanding, capacity_of
from ieum.casework.room_order import ROOM_ORDER, RoomOrder
from ieum.storage.room_rows import begin_rooms, hold_room, read_rooms, set_room
from ieum_contracts.address import ProgrammeId
from ieum_contracts.capacity import Room

router = APIRouter(tags=["programmes"])

OwnProgramme = Annotated[ProgrammeId, Path(description="Id of one of this agency's own programmes.")]


class RoomView(BaseModel):
    """The room of one of this agency's programmes."""

    programme: str
    version: int = Field(description="Rises whenever somebody sets it; the ETag.")
    room: Room | None = Field(default=None, description="What is said now; absent while nothing is known.")
    set_room: Room | None = Field(default=None, description="What was set last.")
    places: int | None = Field(default=None, description="Places in all, where they are counted.")
    places_free: int | None = Field(default=None, description="Of these, how many nobody has or waits for.")
    taken: int = Field(description="Referrals that are accepted, in progress or on hold.")
    waiting: int = Field(description="Referrals on the waiting list.")
    expected_days: int | None = Field(default=None, description="Calendar days until there may be room.")
    answer: AnswerPolicy = Field(description="Whether a worker accepts, or the service where it may.")
    queue_order: QueueOrder = Field(description="Who of those waiting comes first.")


@router.get(
    "/v1/programmes/{programme}/room", **gets("readRoom", RoomView, http_kinds.NOT_FOUND, versioned=True)
)
async def read_room(context: InContext, programme: OwnProgramme) -> Response:
    """Read the room of one of this agency's own programmes."""
    async with reading(context.delivery.database) as connection:
        return await _answer(connection, programme, _policy(context, programme))


@router.post(
    "/v1/programmes/{programme}/room",
    **posts("setRoom", "RoomOrder", ROOMS, RoomView, http_kinds.NOT_FOUND, versioned=True),
)
async def set_room_of(request: Request, context: InContext, programme: OwnProgramme) -> Response:
    """Set the room of one of this agency's own programmes; the other agencies hear of it at once.

    Whoever waits moves up by the programme's policy.
    """
    wanted = wanted_versions(request)

    async def work(connection: Connection, order: RoomOrder) -> Response:
        policy = _policy(context, programme)
        await begin_rooms(connection, [programme])
        version = await hold_room(connection, programme)
        if wanted is not None and version is not None and version not in wanted:
            raise Problem(STALE, {"version": version}, {"etag": etag(version)})
        await set_room(connection, RoomStanding(programme, 0, order.room, order.places, order.expected_days))
        return await _answer(connection, programme, policy)

    answer = await once(request, context.delivery.database, ROOM_ORDER, work)
    context.room_changed()
    context.wake()
    return answer


def _policy(context: ApiContext, programme: str) -> RoomPolicy:
    policy = context.room_policies.get(programme)
    if policy is None:
        raise Problem(http_kinds.NOT_FOUND)
    return policy


async def _answer(connection: Connection, programme: str, policy: RoomPolicy) -> Response:
    rooms = await read_rooms(connection, [programme], [programme])
    standing = rooms[0].standing if rooms else RoomStanding(programme)
    said = capacity_of(standing, policy, None)
    view = RoomView(
        programme=programme,
        version=standing.version,
        room=None if said is None else said.room,
        set_room=standing.room,
        places=policy.places if standing.places is None else standing.places,
        places_free=None if said is None else said.places,
        taken=standing.taken,
        waiting=standing.waiting,
        expected_days=standing.expected_days,
        answer=policy.answer,
        queue_order=policy.order,
    )
    return json_answer(view, headers={"etag": etag(standing.version)})
