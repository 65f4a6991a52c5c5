"""For operators: the other agencies as sources: how many of their events are wrong, and which are held."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from asyncpg import Connection, Record
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from ieum.access.access_log import note_why
from ieum.access.tokens import By
from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.examples import SOURCE_RELEASES
from ieum.api.docs.route_description import gets, posts
from ieum.api.http.idempotency import once
from ieum.api.http.query_time import QueryTime
from ieum.api.http.responses import json_answer
from ieum.api.http.unit_of_work import reading
from ieum.api.operators.stream_actions import NOT_NAMED
from ieum.api.problems import http_kinds
from ieum.api.problems.delivery_kinds import HELD_ANEW, NOT_HELD
from ieum.api.problems.response import Problem
from ieum.delivery.blocked.operator_actions import Act, HeldAnew, release
from ieum.delivery.blocked.source_breaker import NOBODY
from ieum_contracts.address import Address
from ieum_contracts.delivery import FateReason
from ieum_contracts.model import Flag, Model

AGENCY_CHARACTERS_MAX = 40
SOURCES_MAX = 1_000

router = APIRouter(tags=["operators"])


class SourceView(BaseModel):
    """One source: an agency, or `unknown` for records that name no known agency."""

    source: str = Field(description="Address of the agency.")
    since: datetime = Field(description="Since when troubles are counted; the count restarts after an hour.")
    troubles: int = Field(description="Events that were wrong since then.")
    unkept: int = Field(description="Quarantined records, ever, of which nothing was kept.")
    held: str | None = Field(
        default=None, description="Code of why it is held and its events wait; absent while it is not held."
    )
    held_since: datetime | None = None
    held_until: datetime | None = Field(
        default=None, description="When it is released by itself; absent where it is not."
    )
    waiting: int = Field(description="Events of it that wait, for any reason.")


class SourceList(BaseModel):
    """Sources with wrong events, or that are held."""

    sources: list[SourceView]


class SourceRelease(Model):
    """Why an operator releases a source, and who; with `dry_run` the answer only says what would be done."""

    reason: Annotated[FateReason, Field(description="Why, as a code.")]
    by: By = "operator"
    dry_run: Annotated[Flag, Field(description="Tell what would be done, and do nothing.")] = False
    held_since: Annotated[
        QueryTime | None,
        Field(description="Since when it was seen to be held; only with `dry_run` it may be left out."),
    ] = None

    @model_validator(mode="after")
    def _names_what_was_seen(self) -> Self:
        if self.held_since is None and not self.dry_run:
            raise PydanticCustomError(NOT_NAMED, "Name since when the source was seen to be held.")
        return self


SOURCE_RELEASE: TypeAdapter[SourceRelease] = TypeAdapter(SourceRelease)


class SourceReleased(BaseModel):
    """What was released, or with `dry_run` what would have been."""

    source: str
    held: str = Field(description="Code of why it was held.")
    held_since: datetime
    waiting: int = Field(description="Events of it that go on.")
    dry_run: bool


@router.get("/v1/sources", **gets("listSources", SourceList))
async def list_sources(context: InContext) -> Response:
    """List the sources that sent anything wrong lately, or are held."""
    async with reading(context.delivery.database) as connection:
        rows: Sequence[Record] = await connection.fetch(_SOURCES, SOURCES_MAX)
    return json_answer(SourceList(sources=[SourceView(**dict(row)) for row in rows]))


_SOURCES = """
select coalesce(a.address, 'unknown') as source, s.since, s.troubles, s.unkept, s.held, s.held_since,
    s.held_until, (select count(*) from parked where peer = s.peer) as waiting
from source s left join peer a on a.id = s.peer
order by s.peer limit $1
"""


@router.post(
    "/v1/sources/{agency}/release",
    **posts(
        "releaseSource",
        "SourceRelease",
        SOURCE_RELEASES,
        SourceReleased,
        http_kinds.QUERY,
        http_kinds.NOT_FOUND,
        NOT_HELD,
        HELD_ANEW,
    ),
)
async def release_source(
    request: Request,
    context: InContext,
    agency: Annotated[str, Path(max_length=AGENCY_CHARACTERS_MAX, description="Id of the other agency.")],
) -> Response:
    """Release a held source: its waiting events go on, and the count of its troubles restarts."""

    async def work(connection: Connection, wish: SourceRelease) -> Response:
        note_why(wish.reason)
        peer = await _find(connection, context, agency)
        act = Act(wish.by, wish.reason, wish.dry_run, held_since=wish.held_since)
        try:
            released = await release(connection, peer, act, context.delivery.clock())
        except HeldAnew as anew:
            members = {"held_since": wish.held_since, "holds_since": anew.since, "held": anew.held}
            raise Problem(HELD_ANEW, members) from None
        if released is None:
            raise Problem(NOT_HELD)
        done = SourceReleased(
            source=str(context.delivery.peers.address(peer)),
            held=released.held,
            held_since=released.since,
            waiting=released.waiting,
            dry_run=wish.dry_run,
        )
        return json_answer(done)

    answer = await once(request, context.delivery.database, SOURCE_RELEASE, work)
    context.wake()
    return answer


async def _find(connection: Connection, context: ApiContext, agency: str) -> int:
    try:
        address = Address(context.delivery.me.centre, agency)
    except ValueError:
        raise Problem(http_kinds.NOT_FOUND) from None
    await context.delivery.peers.load_addresses(connection, [address])
    if address not in context.delivery.peers or context.delivery.peers.number(address) == NOBODY:
        raise Problem(http_kinds.NOT_FOUND)
    return context.delivery.peers.number(address)
