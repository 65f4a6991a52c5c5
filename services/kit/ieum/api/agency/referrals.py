"""Referrals: make one, list them, and read one in full."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic_core import from_json
from starlette.responses import Response
from uuid_utils.compat import uuid7

from ieum.access.access_log import note_list, note_shown
from ieum.api.agency.assessment_views import assessment_differs, confirmation_view
from ieum.api.agency.clock_views import clocks_by_referral
from ieum.api.agency.foreseen import ReferralDryRun
from ieum.api.agency.moves import ReferralId
from ieum.api.agency.possible_duplicates import PossibleDuplicate
from ieum.api.agency.referral_dry_run import answer_dry_run
from ieum.api.agency.referral_reading import read_whole
from ieum.api.agency.representations import HistoryPage, ReferralCreated, ReferralDetail, ReferralPage
from ieum.api.agency.submit import submit
from ieum.api.agency.to_do_views import to_do
from ieum.api.agency.views import created_answer, entries, summary
from ieum.api.api_context import InContext
from ieum.api.docs.examples import REFERRALS
from ieum.api.docs.route_description import ORDERING, gets, posts
from ieum.api.http.responses import (
    CURSOR_CHARACTERS_MAX,
    PAGE_DEFAULT,
    PAGE_MAX,
    bad_cursor,
    etag,
    json_answer,
    prefers_dry_run,
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
from ieum.casework.orders import REFERRAL_ORDER, ReferralOrder
from ieum.casework.sending import NewIds
from ieum.casework.values import Side
from ieum.storage.reading import NOW, HistoryPlace, PageCursor, Wanted
from ieum.storage.reading import list_referrals as list_of
from ieum_contracts.address import Address, AgencyId, ProgrammeId
from ieum_contracts.codes import State
from ieum_contracts.model import Reference

_REFERRING = (http_kinds.OWNER, DUPLICATE, LOOP, BASIS, PROGRAMME, JOURNEY, ASSESSMENT, *ORDERING)

router = APIRouter(tags=["referrals"])


@router.post(
    "/v1/referrals",
    **posts(
        "createReferral",
        "ReferralOrder",
        REFERRALS,
        ReferralCreated,
        *_REFERRING,
        status=201,
        tried=ReferralDryRun,
    ),
)
async def refer(request: Request, context: InContext) -> Response:
    """Refer a client to another agency. It is on its way when this answers, whether or not Kafka is up.

    With `Prefer: dry-run` it is answered what the order would come to, and nothing is written or sent.
    """
    if prefers_dry_run(request):
        return await answer_dry_run(request, context, REFERRAL_ORDER, lambda order: order)
    ids = NewIds(uuid7(), uuid7())
    note_shown(ids.referral)

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
    note_list([each.id for each in shown], client_ref, journey)
    return json_answer(
        ReferralPage(referrals=[summary(each, clocks[each.id]) for each in shown], next=following)
    )


@router.get(
    "/v1/referrals/{referral}",
    **gets("readReferral", ReferralDetail, http_kinds.NOT_FOUND, versioned=True),
)
async def read_referral(context: InContext, referral: ReferralId) -> Response:
    """Read a referral: where it stands, what is open, what may be done now, and what was said and heard."""
    read = await read_whole(context, referral, NOW, context.limits.history)
    found, older, extras = read.referral, read.older, read.extras
    async with reading(context.delivery.database) as connection:
        clocks = await clocks_by_referral(connection, context, [referral])
    detail = ReferralDetail(
        **dict(summary(found, clocks[referral])),
        requested=found.requested(),
        assessment=None if found.assessment is None else from_json(found.assessment),
        possible_duplicates=[PossibleDuplicate.of(each) for each in read.of_same_person],
        to_do=[to_do(each) for each in extras.to_dos],
        assessment_differs=assessment_differs(found, extras.cited),
        confirmation=None if extras.confirmation is None else confirmation_view(found, extras.confirmation),
        history=entries(found, read.history),
        older=None if older is None else write_cursor(*older),
        loop_override=found.loop_override,
        duplicate_override=None if extras.override is None else extras.override.reason,
        duplicate_of=None if extras.override is None else extras.override.open,
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
    read = await read_whole(context, referral, place, limit)
    following = None if read.older is None else write_cursor(*read.older)
    return json_answer(HistoryPage(events=entries(read.referral, read.history), older=following))


def _place(before: str) -> HistoryPlace:
    try:
        place = HistoryPlace(*map(int, read_cursor(before, 2)))
    except (ValueError, Problem):
        raise bad_cursor("before") from None
    if not all(0 <= each <= NOW.number for each in place):
        raise bad_cursor("before")
    return place
