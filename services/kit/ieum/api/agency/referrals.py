"""Referrals: make one, list them, and read one with all that is known of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic_core import from_json
from starlette.responses import Response
from uuid_utils.compat import uuid7

from ieum.api.agency.events import coded
from ieum.api.agency.moves import ReferralId
from ieum.api.agency.submit import allowed, moved, order
from ieum.api.agency.views import (
    HistoryEntry,
    ReferralDetail,
    ReferralPage,
    ReferralStanding,
    standing,
    summary,
)
from ieum.api.api_context import InContext
from ieum.api.docs.examples import REFERRALS
from ieum.api.docs.openapi import posts
from ieum.api.http.responses import (
    CURSOR_CHARACTERS_MAX,
    PAGE_DEFAULT,
    PAGE_MAX,
    etag,
    json_answer,
    read_time_cursor,
    write_cursor,
)
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.response import Problem
from ieum.application import commands
from ieum.application.loading import Loaded, Requirements
from ieum.casework.orders import REFERRAL_ORDER, ReferralOrder
from ieum.casework.sending import NewIds
from ieum.casework.values import Change, Guard, Referral, Refusal, Side
from ieum.storage.reading import HistoryRow as Entry
from ieum.storage.reading import PageCursor, Wanted, read_history
from ieum.storage.reading import list_referrals as list_of
from ieum.storage.reading import read_referral as read_one
from ieum_contracts.address import Address, AgencyId, ProgrammeId
from ieum_contracts.codes import State
from ieum_contracts.model import Reference

HISTORY_MAX = 500

router = APIRouter(tags=["referrals"])


@router.post("/v1/referrals", **posts("ReferralOrder", REFERRALS, ReferralStanding, 201, versioned=False))
async def refer(request: Request, context: InContext) -> Response:
    """Refer a client to another agency. It is on its way when this answers, whether or not Kafka is up."""
    ids = NewIds(uuid7(), uuid7())

    def needs(content: ReferralOrder) -> Requirements:
        return commands.needs_of_referral(content, context.delivery.me)

    def work(found: Loaded, content: ReferralOrder, now: datetime) -> tuple[Change, Response]:
        change = commands.refer(content, context.handler.view, found, now, ids)
        if (
            isinstance(change, Refusal)
            and change.guard is Guard.PROGRAMME
            and not context.catalogued.is_set()
        ):
            raise Problem(http_kinds.UNAVAILABLE)  # it may be published: the catalogue is not read yet
        change = allowed(change)
        referral = moved(change)
        headers = {"location": f"/v1/referrals/{referral.id}", "etag": etag(referral.version)}
        return change, json_answer(standing(referral), 201, headers)

    return await order(request, context, REFERRAL_ORDER, needs, work)


@router.get("/v1/referrals", response_model=ReferralPage)
async def list_referrals(  # noqa: PLR0913, PLR0917 - one parameter for each filter
    context: InContext,
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
    following = write_cursor(shown[-1].created_at, shown[-1].id) if len(found) > limit else None
    return json_answer(ReferralPage(referrals=[summary(each) for each in shown], next=following))


@router.get("/v1/referrals/{referral}", response_model=ReferralDetail)
async def read_referral(context: InContext, referral: ReferralId) -> Response:
    """Read a referral: where it stands, what is open, what may be done now, and what was said and heard."""
    async with (
        reading(context.delivery.database) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await read_one(connection, context.delivery.peers, referral)
        if found is None:
            raise Problem(http_kinds.NOT_FOUND)
        history = await read_history(connection, context.delivery.peers, found, HISTORY_MAX)
    return json_answer(_detail(found, history), headers={"etag": etag(found.version)})


def _detail(referral: Referral, history: Sequence[Entry]) -> ReferralDetail:
    read = from_json if referral.sealed is not None else coded
    return ReferralDetail(
        **dict(summary(referral)),
        requested=referral.requested(),
        assessment=None if referral.assessment is None else from_json(referral.assessment),
        history=[
            HistoryEntry(
                id=entry.id,
                direction="said" if entry.said else "heard",
                type=entry.type,
                at=entry.at,
                data=None if entry.body is None else read(entry.body),
            )
            for entry in history
        ],
    )
