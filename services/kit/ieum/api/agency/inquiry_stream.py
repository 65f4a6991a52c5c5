"""Answers to inquiries as server-sent events: each as it comes, from where the client was, up to a limit."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ieum.api.agency.inquiry_views import InquiryState, group_view, inquiry_view, state_of
from ieum.api.api_context import ApiContext
from ieum.api.http.allowed_methods import HEAD_ONLY
from ieum.api.http.connection_limits import mark_waiting
from ieum.api.http.host_check import EVENT_STREAM
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.field_errors import FieldError
from ieum.api.problems.request_kinds import OVERLOADED
from ieum.api.problems.response import Problem
from ieum.casework.inquiring import ASKED_MAX
from ieum.casework.inquiry_values import Inquiry
from ieum.delivery.sending.feed_watch import feed_end
from ieum.storage.inquiry_rows import read_group

RETRY_MILLISECONDS = 2_000
UNBUFFERED = {"x-accel-buffering": "no"}
"""Asks a proxy, nginx above all, to pass each event on as it comes."""
_SHOWN = re.compile(r"[0-9a-f]{1,13}")


async def found_group(context: ApiContext, group: UUID) -> tuple[list[Inquiry], int]:
    """Read a group with the feed's end before it; raises Problem when there is none of this id."""
    async with reading(context.delivery.database) as connection:
        end = await feed_end(connection)
        found = await read_group(connection, context.delivery.peers, group, ASKED_MAX)
    if not found:
        raise Problem(http_kinds.NOT_FOUND)
    return found, end


def streamed(request: Request, context: ApiContext, group: UUID, found: Sequence[Inquiry]) -> Response:
    """Answer with a stream, or with 204 when the client was shown everything: then it comes no more."""
    shown = _shown(request)
    if shown and not _waiting(found) and not list(_news(found, shown)):
        return Response(status_code=204, headers={"cache-control": "no-store"})
    if context.news.waiting >= context.limits.waiting:
        raise Problem(OVERLOADED)
    events = _nothing() if HEAD_ONLY in request.scope else _events(request, context, group, shown)
    return StreamingResponse(events, 200, {"cache-control": "no-store", **UNBUFFERED}, EVENT_STREAM)


async def _nothing() -> AsyncIterator[bytes]:
    """Stream nothing: a HEAD would wait two minutes for what is thrown away."""
    nothing: tuple[bytes, ...] = ()
    for each in nothing:
        yield each


async def _events(request: Request, context: ApiContext, group: UUID, shown: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    ends = loop.time() + context.limits.stream_seconds
    beats = loop.time() + context.limits.heartbeat_seconds
    begun = False
    mark_waiting(request.scope, waits=True)
    try:
        while not context.ending.is_set():
            found, feed = await found_group(context, group)
            if not begun:
                begun = True
                yield b"retry: %d\n\n" % RETRY_MILLISECONDS + _event("inquiry", group_view(found), shown)
            for inquiry in _news(found, shown):
                shown |= 1 << inquiry.place
                yield _event("answer", inquiry_view(inquiry), shown)
            over = loop.time() >= ends or context.news.waiting >= context.limits.waiting
            if over or not _waiting(found):
                yield _event("limit" if _waiting(found) else "end", group_view(found), shown)
                return
            if loop.time() >= beats:
                beats = loop.time() + context.limits.heartbeat_seconds
                yield b": waiting\n\n"
            await _wait(context, feed)
    except Problem:  # the database is away, or the group is gone: the client comes again and is told
        return


async def _wait(context: ApiContext, feed: int) -> None:
    ending = asyncio.create_task(context.ending.wait())
    try:
        with context.news.beyond(feed, context.delivery.database) as news:
            waits: list[asyncio.Future[Any]] = [news, ending]
            await asyncio.wait(
                waits, timeout=context.limits.look_seconds, return_when=asyncio.FIRST_COMPLETED
            )
    finally:
        ending.cancel()


def _news(found: Sequence[Inquiry], shown: int) -> Iterable[Inquiry]:
    return (each for each in found if not _waits(each) and not shown >> each.place & 1)


def _waiting(found: Sequence[Inquiry]) -> bool:
    return any(map(_waits, found))


def _waits(inquiry: Inquiry) -> bool:
    return state_of(inquiry) is InquiryState.WAITING


def _shown(request: Request) -> int:
    """Read which inquiries the client was shown as answered: a bit for each, in hexadecimal digits."""
    last = request.headers.get("last-event-id", "0")
    if _SHOWN.fullmatch(last) is None:
        raise Problem(http_kinds.QUERY, {"errors": [FieldError("header", "last-event-id", "cursor")]})
    return int(last, 16)


def _event(name: str, content: BaseModel, shown: int) -> bytes:
    data = content.model_dump_json(exclude_none=True)
    return f"event: {name}\nid: {shown:x}\ndata: {data}\n\n".encode()
