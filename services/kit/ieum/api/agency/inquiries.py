"""Inquiries before a referral: ask several agencies at once, and read or follow what they answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from ieum.api.agency.events import WAIT_SECONDS_MAX, wait_for_news
from ieum.api.agency.inquiry_stream import found_group, streamed
from ieum.api.agency.inquiry_views import InquiryGroup, asked_answer, group_view
from ieum.api.agency.submit import submit
from ieum.api.api_context import InContext
from ieum.api.docs.examples import INQUIRIES
from ieum.api.docs.route_description import ORDERING, gets, posts, streams
from ieum.api.http.host_check import wants_event_stream
from ieum.api.http.responses import etag, json_answer
from ieum.api.problems import http_kinds
from ieum.api.problems.referral_kinds import PROGRAMME
from ieum.application import commands
from ieum.application.command import Command
from ieum.casework.inquiring import ASKED_MAX, InquiryIds
from ieum.casework.inquiry_orders import INQUIRY_ORDER, InquiryOrder

router = APIRouter(tags=["inquiries"])
_ASKING = (PROGRAMME, *ORDERING)


@router.post(
    "/v1/inquiries", **posts("askAgencies", "InquiryOrder", INQUIRIES, InquiryGroup, *_ASKING, status=201)
)
async def inquire(request: Request, context: InContext) -> Response:
    """Ask one agency or several whether somebody, who is not named, is likely to be eligible.

    Each is sent those facts alone that its published rules read, and answers by itself, at once.
    """
    ids = InquiryIds(uuid7(), tuple(uuid7() for _ in range(ASKED_MAX)))

    def command(order: InquiryOrder) -> Command:
        return commands.inquire(order, context.handler.view, ids, asked_answer)

    return await submit(request, context, INQUIRY_ORDER, command)


@router.get(
    "/v1/inquiries/{group}",
    **streams(gets("readInquiries", InquiryGroup, http_kinds.NOT_FOUND, versioned=True)),
)
async def read_inquiries(
    request: Request,
    context: InContext,
    group: Annotated[UUID, Path(description="The id of what one call has asked.")],
    wait: Annotated[
        float,
        Query(ge=0, le=WAIT_SECONDS_MAX, description="Seconds to wait for the next answer, if one waits."),
    ] = 0,
) -> Response:
    """Read what was asked and what has been answered so far.

    With `Accept: text/event-stream` the answers are sent as they come, as events `answer`, after one event
    `inquiry` with everything so far; the stream ends with `end` when all have answered, or with `limit`
    after two minutes. A client that comes again with `Last-Event-ID` is sent what it has not been shown,
    and gets 204 when that is nothing.
    """
    found, feed = await found_group(context, group)
    if wants_event_stream(request.headers.getlist("accept")):
        return streamed(request, context, group, found)
    left, before, look = wait, group_view(found), context.limits.look_seconds
    while left > 0 and before.waiting and not context.ending.is_set():
        if not await wait_for_news(request, context, feed, min(left, look)):
            break
        left -= look
        found, feed = await found_group(context, group)
        if group_view(found).version != before.version:
            break
    view = group_view(found)
    return json_answer(view, headers={"etag": etag(view.version)})
