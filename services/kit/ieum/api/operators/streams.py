"""For operators: streams that need attention, here and at the peers; only codes and numbers."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from asyncpg import Record
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.route_description import gets
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
from ieum.api.operators.troubled_streams import Place, read_troubled
from ieum.api.problems.stream_name import StreamId
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.address import Address
from ieum_contracts.envelope import SEQUENCE_MAX
from ieum_contracts.topics import Family

NUMBER_MAX = 2**15 - 1

router = APIRouter(tags=["operators"])


class Trouble(StrEnum):
    """Why a stream needs attention, or what was done."""

    PARKED = "parked"
    DEAD = "dead"
    STOPPED = "stopped"
    HELD = "held"
    REFUSED = "refused"
    SKIPPED = "skipped"
    PARKED_AT_PEER = "parked-at-peer"
    REFUSED_AT_PEER = "refused-at-peer"
    SKIPPED_AT_PEER = "skipped-at-peer"
    LOST_AT_PEER = "lost-at-peer"


class StreamView(BaseModel):
    """One stream and one of its problems."""

    id: str = Field(description="Name of the stream, for `/v1/streams/{id}/retry` and `…/skip`.")
    peer: str = Field(description="Address of the other agency.")
    family: Family
    key: UUID
    state: Trouble
    sequence: int = Field(description="The number concerned; the first one where several wait.")
    waiting: int = Field(description="How many events wait from there on.")
    reason: str = Field(description="Code of the reason.")
    attempts: int | None = Field(default=None, description="How often it has been tried.")
    since: datetime | None = None
    retry_at: datetime | None = Field(default=None, description="When it is tried again by itself.")
    said: int = Field(description="Last number said to the peer.")
    heard: int = Field(description="Last number heard from the peer.")


class StreamPage(BaseModel):
    """Streams that need attention."""

    streams: list[StreamView]
    next: str | None = Field(default=None, description="Cursor of the next page; absent on the last.")


@router.get("/v1/streams", **gets("listStreams", StreamPage))
async def list_streams(
    context: InContext,
    state: Annotated[Trouble | None, Query(description="Only this kind of trouble.")] = None,
    cursor: Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """List streams in which something waits, was refused or was skipped, here or at a peer."""
    after = _place(cursor)
    async with reading(context.delivery.database) as connection:
        rows = await read_troubled(connection, state, after, limit + 1)
        await context.delivery.peers.load_numbers(connection, (row["peer"] for row in rows))
    shown = [_view(context, row) for row in rows[:limit]]
    return json_answer(StreamPage(streams=shown, next=_next(rows, limit)))


def _view(context: ApiContext, row: Record) -> StreamView:
    peer: Address = context.delivery.peers.address(row["peer"])
    family = Family(FAMILIES[row["family"]])
    return StreamView(
        id=StreamId(peer, family, row["key"]).text(context.delivery.me),
        peer=str(peer),
        family=family,
        key=row["key"],
        state=Trouble(row["state"]),
        sequence=row["sequence"],
        waiting=row["waiting"],
        reason=row["reason"] or "none",
        attempts=row["attempts"],
        since=row["since"],
        retry_at=row["retry_at"],
        said=row["said"],
        heard=row["heard"],
    )


def _place(cursor: str | None) -> Place:
    if cursor is None:
        return UUID(int=0), 0, 0, 0, ""
    key, peer, family, sequence, state = read_cursor(cursor, 5)
    try:
        place = UUID(key), int(peer), int(family), int(sequence), Trouble(state)
    except ValueError:
        raise bad_cursor() from None
    if not (0 <= place[1] <= NUMBER_MAX and 0 <= place[2] <= NUMBER_MAX and 0 <= place[3] <= SEQUENCE_MAX):
        raise bad_cursor()
    return place


def _next(rows: Sequence[Record], limit: int) -> str | None:
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return write_cursor(last["key"], last["peer"], last["family"], last["sequence"], last["state"])
