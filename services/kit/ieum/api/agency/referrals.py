"""Referrals: make one, list them, and read one in full."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic_core import from_json
from starlette.responses import Response
from uuid_utils.compat import uuid7

from ieum.api.agency.assessment_views import assessment_differs, confirmation_view
from ieum.api.agency.clock_views import clocks_by_referral
from ieum.api.agency.moves import ReferralId
from ieum.api.agency.representations import HistoryPage, ReferralCreated, ReferralDetail, ReferralPage
from ieum.api.agency.submit import submit
from ieum.api.agency.views import created_answer, entries, summary
from ieum.api.api_context import ApiContext, InContext
from ieum.api.docs.examples import REFERRALS
from ieum.api.docs.route_description import ORDERING, gets, posts
from ieum.api.http.responses import (
    CURSOR_CHARACTERS_MAX,
    PAGE_DEFAULT,
    PAGE_MAX,
    bad_cursor,
    etag,
    json_answer,
    read_cursor,
    read_time_cursor,
    write_cursor,
)
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.assessment_kinds import ASSESSMENT
from ieum.api.problems.referral_kinds import BASIS, DUPLICATE, JOURNEY, LOOP, PROGRAMME
from ieum.api.problems.response import Problem
from ieum.application import commands
from ieum.application.command import Command
from ieum.casework.inquiry_values import Confirmation, Inquiry
from ieum.casework.orders import REFERRAL_ORDER, ReferralOrder
from ieum.casework.sending import NewIds
from ieum.casework.values import Referral, Side
from ieum.storage.confirmation_rows import read_confirmations
from ieum.storage.inquiry_rows import read_cited
from ieum.storage.reading import NOW, HistoryPlace, PageCursor, Wanted, read_history
from ieum.storage.reading import HistoryRow as Entry
from ieum.storage.reading import list_referrals as list_of
from ieum.storage.reading import read_referral as read_one
from ieum_contracts.address import Address, AgencyId, ProgrammeId
from ieum_contracts.codes import State
from ieum_contracts.model import Reference

HISTORY_MAX = 500
_REFERRING = (http_kinds.OWNER, DUPLICATE, LOOP, BASIS, PROGRAMME, JOURNEY, ASSESSMENT, *ORDERING)

router = APIRouter(tags=["referrals"])


@router.post(
    "/v1/referrals",
    **posts("createReferral", "ReferralOrder", REFERRALS, ReferralCreated, *_REFERRING, status=201),
)
async def refer(request: Request, context: InContext) -> Response:
    """Refer a client to another agency. It is on its way when this answers, whether or not Kafka is up."""
    ids = NewIds(uuid7(), uuid7())

    def command(order: ReferralOrder) -> Command:
        return commands.refer(order, context.handler.view, ids, created_answer)

    return await submit(request, context, REFERRAL_ORDER, command)


@router.get("/v1/referrals", **gets("listReferrals", ReferralPage))
async def list_referrals(  # noqa: PLR0913 - one parameter for each filter
    context: InContext,
    *,
    role: Annotated[Side | None, Query(description="Only those sent, or only those received.")] = None,
    state: Annotated[State | None, Query(description="Only in this state.")] = None,
    peer: Annotated[AgencyId | None, Query(description="Only with this agency of the centre.")] = None,
    programme: Annotated[ProgrammeId | None, Query(description="Only to this programme.")] = None,
    client_ref: Annotated[Reference | None, Query(description="Only of this client of ours.")] = None,
    journey: Annotated[UUID | None, Query(description="Only of this journey.")] = None,
    cursor: Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """List referrals, the latest first. Pages stay stable while referrals are added and change."""
    wanted = Wanted(
        state=state,
        side=role,
        peer=None if peer is None else Address(context.delivery.me.centre, peer),
        programme=programme,
        client_ref=client_ref,
        journey=journey,
    )
    before = None if cursor is None else PageCursor(*read_time_cursor(cursor))
    async with reading(context.delivery.database) as connection:
        found = await list_of(connection, context.delivery.peers, wanted, before, limit + 1)
        shown = found[:limit]
        clocks = await clocks_by_referral(connection, context, [each.id for each in shown])
    following = write_cursor(shown[-1].created_at, shown[-1].id) if len(found) > limit else None
    return json_answer(
        ReferralPage(referrals=[summary(each, clocks[each.id]) for each in shown], next=following)
    )


@router.get(
    "/v1/referrals/{referral}",
    **gets("readReferral", ReferralDetail, http_kinds.NOT_FOUND, versioned=True),
)
async def read_referral(context: InContext, referral: ReferralId) -> Response:
    """Read a referral: where it stands, what is open, what may be done now, and what was said and heard."""
    read = await _read(context, referral, NOW, HISTORY_MAX)
    found, older, confirmed = read.referral, read.older, read.confirmation
    async with reading(context.delivery.database) as connection:
        clocks = await clocks_by_referral(connection, context, [referral])
    detail = ReferralDetail(
        **dict(summary(found, clocks[referral])),
        requested=found.requested(),
        assessment=None if found.assessment is None else from_json(found.assessment),
        assessment_differs=assessment_differs(found, read.cited),
        confirmation=None if confirmed is None else confirmation_view(found, confirmed),
        history=entries(found, read.history),
        older=None if older is None else write_cursor(*older),
    )
    return json_answer(detail, headers={"etag": etag(found.version)})


@router.get(
    "/v1/referrals/{referral}/events", **gets("readReferralHistory", HistoryPage, http_kinds.NOT_FOUND)
)
async def read_events(
    context: InContext,
    referral: ReferralId,
    before: Annotated[
        str | None,
        Query(max_length=CURSOR_CHARACTERS_MAX, description="`older` of the referral or of the last page."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """Read a referral's history from its newest events back to its beginning, a page at a time."""
    place = NOW if before is None else _place(before)
    read = await _read(context, referral, place, limit)
    following = None if read.older is None else write_cursor(*read.older)
    return json_answer(HistoryPage(events=entries(read.referral, read.history), older=following))


class _Read(NamedTuple):
    """A referral with a part of its history, the inquiry that it cites, and its last confirmation."""

    referral: Referral
    history: Sequence[Entry]
    older: HistoryPlace | None
    cited: Inquiry | None
    confirmation: Confirmation | None


async def _read(context: ApiContext, referral: UUID, before: HistoryPlace, limit: int) -> _Read:
    async with (
        reading(context.delivery.database) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await read_one(connection, context.delivery.peers, referral)
        if found is None:
            raise Problem(http_kinds.NOT_FOUND)
        history, older = await read_history(connection, context.delivery.peers, found, before, limit)
        cited = await read_cited(connection, context.delivery.peers, referral)
        confirmed = await read_confirmations(connection, [referral])
        return _Read(found, history, older, cited, next(iter(confirmed), None))


def _place(before: str) -> HistoryPlace:
    try:
        place = HistoryPlace(*map(int, read_cursor(before, 2)))
    except (ValueError, Problem):
        raise bad_cursor("before") from None
    if not all(0 <= each <= NOW.number for each in place):
        raise bad_cursor("before")
    return place
