"""The feed: everything that took effect here, in one order, for the agency's own systems to follow."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from asyncpg import Record
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, JsonValue
from starlette.requests import Request
from starlette.responses import Response

from ieum.api.agency.feed_cursor import BEGINNING, FeedPlace, found_place, read_place
from ieum.api.agency.views import coded
from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.route_description import gets
from ieum.api.http.connection_limits import mark_waiting
from ieum.api.http.responses import CURSOR_CHARACTERS_MAX, PAGE_MAX, json_answer
from ieum.api.http.unit_of_work import reading
from ieum.api.problems.delivery_kinds import FEED_RESTARTED
from ieum.api.problems.request_kinds import OVERLOADED
from ieum.api.problems.response import Problem
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.topics import Family

WAIT_SECONDS_MAX = 30.0

router = APIRouter(tags=["events"])


class FeedEvent(BaseModel):
    """One event that took effect here. Client details are left out: read them with the referral."""

    number: int = Field(description="Place in the feed; rises, and once given stays.")
    direction: Literal["said", "heard"]
    peer: str = Field(description="Address of the other agency.")
    family: Family
    key: UUID = Field(description="The referral, case or inquiry that it is about.")
    sequence: int = Field(description="Number within its stream.")
    id: UUID = Field(description="The event's id.")
    type: str = Field(description="The event's type, `referral.received.v1`.")
    at: datetime = Field(description="When it took effect here.")
    data: dict[str, JsonValue] | None = Field(
        default=None, description="The event's coded content, without `sealed`; absent once it is erased."
    )


class FeedPage(BaseModel):
    """A part of the feed, and where to go on."""

    events: list[FeedEvent]
    next: str = Field(description="Cursor: pass it as `after`, as it is, to go on from here.")


@router.get("/v1/events", **gets("followEvents", FeedPage, FEED_RESTARTED))
async def follow(
    request: Request,
    context: InContext,
    after: Annotated[
        str,
        Query(
            max_length=CURSOR_CHARACTERS_MAX,
            description="The last page's `next`; 0 at the beginning. An event's number is taken too.",
        ),
    ] = BEGINNING,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
    wait: Annotated[
        float,
        Query(ge=0, le=WAIT_SECONDS_MAX, description="Seconds to wait for an event when there is none."),
    ] = 0,
) -> Response:
    """Follow what happens here, in order and without gaps.

    Numbers are given after the commit by one writer, so an event that commits late comes later in the feed
    and is never skipped by a reader who passes on `next` as `after`. When the feed was restarted, a cursor
    of before is refused with 410 instead of waiting for ever.
    """
    place, rows = await _page(context, read_place(after), limit)
    waits = not rows and wait > 0 and not context.ending.is_set()
    if waits and await wait_for_news(request, context, place.number, wait):
        place, rows = await _page(context, place, limit)
    if rows:
        place = place._replace(number=rows[-1]["number"], event=rows[-1]["event_id"])
    return json_answer(FeedPage(events=[_event(context, row) for row in rows], next=place.text()))


async def wait_for_news(request: Request, context: ApiContext, number: int, seconds: float) -> bool:
    """Wait for news; False when nobody is left to wait for them. Raises Problem when too many wait."""
    if context.news.waiting >= context.limits.waiting:
        raise Problem(OVERLOADED)
    gone = asyncio.create_task(_gone(request))
    ends: list[asyncio.Future[Any]] = [gone, asyncio.create_task(context.ending.wait())]
    mark_waiting(request.scope, waits=True)
    try:
        with context.news.beyond(number, context.delivery.database) as news:
            await asyncio.wait([news, *ends], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        mark_waiting(request.scope, waits=False)
        for each in ends:
            each.cancel()
    return not gone.done()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


_PAGE = """
select f.number, f.key, f.peer, f.family, f.said, f.sequence, l.event_id, l.type, l.at, l.body
from (select * from feed where number > $1 order by number limit $2) f
cross join lateral (
    select event_id, type, at, body from ledger
    where key = f.key and peer = f.peer and family = f.family and said = f.said and sequence = f.sequence
    limit 1
) l
order by f.number
"""


async def _page(context: ApiContext, place: FeedPlace, limit: int) -> tuple[FeedPlace, Sequence[Record]]:
    async with reading(context.delivery.database) as connection:
        place = await found_place(connection, place)
        rows: Sequence[Record] = await connection.fetch(_PAGE, place.number, limit)
        await context.delivery.peers.load_numbers(connection, (row["peer"] for row in rows))
    return place, rows


def _event(context: ApiContext, row: Record) -> FeedEvent:
    return FeedEvent(
        number=row["number"],
        direction="said" if row["said"] else "heard",
        peer=str(context.delivery.peers.address(row["peer"])),
        family=FAMILIES[row["family"]],
        key=row["key"],
        sequence=row["sequence"],
        id=row["event_id"],
        type=row["type"],
        at=row["at"],
        data=None if row["body"] is None else coded(row["body"]),
    )
