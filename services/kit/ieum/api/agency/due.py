"""What is due: which clocks of referrals have run out or will, in order of harm; also as a calendar feed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, TypeAdapter, ValidationError
from starlette.responses import Response

from ieum.access.access_log import note_list
from ieum.api.agency.calendar_feed import calendar_feed
from ieum.api.agency.clock_views import DueItem, DuePage, due_item
from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.route_description import gets
from ieum.api.http.query_time import QueryTime
from ieum.api.http.responses import (
    CURSOR_CHARACTERS_MAX,
    PAGE_DEFAULT,
    PAGE_MAX,
    bad_cursor,
    json_answer,
    read_cursor,
    write_cursor,
)
from ieum.api.http.unit_of_work import reading
from ieum.storage.due_rows import DueClock, DueCursor, WantedClocks, read_due
from ieum_contracts.overdue import Clock

Rank = Annotated[int, Field(ge=1, le=100)]
FEED_MAX = 200
"""Entries of the calendar feed, the worst first: as many as the access log names of one answer."""
FEED_TYPE = "text/calendar"

_CURSOR: TypeAdapter[tuple[QueryTime, bool, Rank, QueryTime, UUID, Clock]] = TypeAdapter(
    tuple[QueryTime, bool, Rank, QueryTime, UUID, Clock]
)

router = APIRouter(tags=["referrals"])


@router.get("/v1/due", **gets("listDue", DuePage))
async def list_due(
    context: InContext,
    *,
    clock: Annotated[Clock | None, Query(description="Only of this clock.")] = None,
    mine: Annotated[
        bool | None, Query(description="Only what this agency has to do, or only what others have to.")
    ] = None,
    until: Annotated[QueryTime | None, Query(description="Only what is due by then.")] = None,
    cursor: Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """List what is due: first what is late, then what is to come, each with the worst harm first.

    The same stands at `/v1/due.ics` as a calendar feed (RFC 5545) without anything of a client.
    """
    now, after = context.delivery.now(), None
    if cursor is not None:
        now, after = _cursor(cursor)
    found = await _read(context, WantedClocks(clock, until, mine), now, after, limit + 1)
    shown = found[:limit]
    following = _write(now, shown[-1]) if len(found) > limit else None
    note_list(each.referral for each in shown)
    return json_answer(DuePage(due=_items(context, shown, now), next=following))


@router.get("/v1/due.ics", include_in_schema=False)
async def feed_due(context: InContext, mine: bool | None = None) -> Response:  # noqa: FBT001 - a parameter of the query
    """Give what is due as a calendar feed, to be fetched by a system with its token."""
    now = context.delivery.now()
    found = await _read(context, WantedClocks(mine=mine), now, None, FEED_MAX)
    note_list(each.referral for each in found)
    text = calendar_feed(context.delivery.me, _items(context, found, now), now)
    return Response(text, headers={"cache-control": "no-store"}, media_type=FEED_TYPE)


async def _read(
    context: ApiContext, wanted: WantedClocks, now: datetime, after: DueCursor | None, limit: int
) -> list[DueClock]:
    async with reading(context.delivery.database) as connection:
        return await read_due(connection, context.delivery.peers, wanted, now, after=after, limit=limit)


def _items(context: ApiContext, found: list[DueClock], now: datetime) -> list[DueItem]:
    view = context.handler.view
    return [due_item(each, view, now) for each in found]


def _write(now: datetime, last: DueClock) -> str:
    clock = last.clock
    later = clock.due_at is not None and clock.due_at > now
    return write_cursor(now, int(later), clock.harm, clock.due_at, last.referral, clock.clock)


def _cursor(cursor: str) -> tuple[datetime, DueCursor]:
    """Read a cursor, and the time at which its first page was read: what is late is judged by it."""
    try:
        now, later, harm, due_at, referral, clock = _CURSOR.validate_python(read_cursor(cursor, 6))
    except ValidationError:
        raise bad_cursor() from None
    return now, DueCursor(later, harm, due_at, referral, clock)
