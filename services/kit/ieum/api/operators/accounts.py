"""Who I am here and what I may do, and the elevation for an hour without which nothing is discarded."""

from datetime import datetime
from typing import Annotated

from asyncpg import Connection
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, TypeAdapter
from starlette.responses import Response

from ieum.access.access_log import note_why
from ieum.access.callers import Caller, Role
from ieum.api.api_context import InContext
from ieum.api.docs.examples import ELEVATIONS
from ieum.api.docs.route_description import gets, posts
from ieum.api.http.access_check import caller_of
from ieum.api.http.idempotency import once
from ieum.api.http.responses import json_answer
from ieum.api.http.unit_of_work import reading
from ieum.api.problems.access_kinds import ELEVATION, NOT_AUTHENTICATED
from ieum.api.problems.response import Problem
from ieum.storage.elevation_rows import elevate as write_elevation
from ieum.storage.elevation_rows import elevated_until
from ieum_contracts.delivery import FateReason
from ieum_contracts.model import Model

router = APIRouter(tags=["operators"])


class Me(BaseModel):
    """Who calls, as the token and this agency say."""

    subject: str = Field(description="The account, by the issuer's name; it stands in the access log.")
    name: str | None = Field(default=None, description="The person's name, where the token has it.")
    agency: str = Field(description="Address of this agency.")
    roles: list[Role] = Field(description="Roles that hold at this agency.")
    elevated_until: datetime | None = Field(
        default=None, description="Until when what discards may be done; absent without an elevation."
    )


class ElevationOrder(Model):
    """Why an operator has to do what discards."""

    reason: Annotated[FateReason, Field(description="Why, as a code; it stands in the access log.")]


ELEVATION_ORDER: TypeAdapter[ElevationOrder] = TypeAdapter(ElevationOrder)


class Elevation(BaseModel):
    """An elevation of the caller; it ends by itself."""

    subject: str
    reason: str
    until: datetime


@router.get("/v1/me", **gets("readMe", Me))
async def read_me(request: Request, context: InContext) -> Response:
    """Read who calls, with which roles, and until when elevated."""
    caller = the_caller(request)
    async with reading(context.delivery.database) as connection:
        until = await elevated_until(connection, caller.subject)
    me = Me(
        subject=caller.subject,
        name=caller.name,
        agency=str(context.delivery.me),
        roles=sorted(caller.roles),
        elevated_until=until,
    )
    return json_answer(me)


@router.post("/v1/elevations", **posts("startElevation", "ElevationOrder", ELEVATIONS, Elevation))
async def elevate(request: Request, context: InContext) -> Response:
    """Elevate the caller for an hour: until then they may skip what waits in a stream."""
    subject = the_caller(request).subject

    async def work(connection: Connection, wish: ElevationOrder) -> Response:
        note_why(wish.reason)
        until = await write_elevation(connection, subject, wish.reason)
        return json_answer(Elevation(subject=subject, reason=wish.reason, until=until))

    return await once(request, context.delivery.database, ELEVATION_ORDER, work)


def the_caller(request: Request) -> Caller:
    """Return who calls; raises Problem where nobody said."""
    caller = caller_of(request.scope)
    if caller is None:
        raise Problem(NOT_AUTHENTICATED)
    return caller


async def require_elevation(request: Request, connection: Connection) -> None:
    """Raise Problem unless the caller is elevated now."""
    if await elevated_until(connection, the_caller(request).subject) is None:
        raise Problem(ELEVATION)
