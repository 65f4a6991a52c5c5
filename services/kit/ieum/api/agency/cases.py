"""Cases: what this agency does for one client, over all the referrals that it serves."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from ieum.access.access_log import note_list
from ieum.api.agency.submit import submit
from ieum.api.api_context import InContext
from ieum.api.docs.examples import CASE_CLOSINGS, CASE_FOLLOW_UPS
from ieum.api.docs.route_description import ORDERING, gets, posts
from ieum.api.http.responses import (
    CURSOR_CHARACTERS_MAX,
    PAGE_DEFAULT,
    PAGE_MAX,
    etag,
    json_answer,
    read_time_cursor,
    stored_answer,
    write_cursor,
)
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.referral_kinds import CASE
from ieum.api.problems.response import Problem
from ieum.application import commands
from ieum.application.command import Command
from ieum.casework.orders import CASE_CLOSING, CASE_FOLLOW_UP, CaseClosing, CaseFollowUp
from ieum.casework.values import Case, Change
from ieum.storage.idempotency_rows import StoredResponse
from ieum.storage.reading import PageCursor
from ieum.storage.reading import list_cases as list_of
from ieum.storage.reading import read_case as read_one
from ieum_contracts.case import CaseReason
from ieum_contracts.client_codes import Goal
from ieum_contracts.codes import Outcome, State

router = APIRouter(tags=["cases"])


_CHANGING = (http_kinds.NOT_FOUND, CASE, *ORDERING)

CaseId = Annotated[UUID, Path(description="The case's id.")]


class CaseState(StrEnum):
    """Whether the agency still works on it."""

    OPEN = "open"
    CLOSED = "closed"


class ServedReferral(BaseModel):
    """A referral that a case serves."""

    referral: UUID
    sender: str = Field(description="Address of the agency that referred the client.")
    state: State
    outcome: Outcome | None = None
    goals: list[Goal]
    withdrawn: bool = Field(description="Whether the client has withdrawn consent.")


class CaseView(BaseModel):
    """One case."""

    id: UUID
    state: CaseState
    version: int = Field(description="Rises with every change; the ETag.")
    journey: UUID
    opened_at: datetime
    closed_at: datetime | None = None
    reason: CaseReason | None = None
    keep_open: bool = Field(description="Whether it stays open when its referrals have ended.")
    referrals: list[ServedReferral]


class CasePage(BaseModel):
    """A page of cases, the latest first."""

    cases: list[CaseView]
    next: str | None = Field(default=None, description="Cursor of the next page; absent on the last.")


@router.get("/v1/cases", **gets("listCases", CasePage))
async def list_cases(
    context: InContext,
    state: Annotated[CaseState | None, Query(description="Only open, or only closed ones.")] = None,
    cursor: Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """List the cases of this agency."""
    before = None if cursor is None else PageCursor(*read_time_cursor(cursor))
    is_open = None if state is None else state is CaseState.OPEN
    async with reading(context.delivery.database) as connection:
        found = await list_of(connection, context.delivery.peers, before, limit + 1, is_open=is_open)
    shown = found[:limit]
    following = write_cursor(shown[-1].opened_at, shown[-1].id) if len(found) > limit else None
    note_list(each.id for each in shown)
    return json_answer(CasePage(cases=[case_view(each) for each in shown], next=following))


@router.get("/v1/cases/{case}", **gets("readCase", CaseView, http_kinds.NOT_FOUND, versioned=True))
async def read_case(context: InContext, case: CaseId) -> Response:
    """Read a case with the referrals that it serves."""
    async with (
        reading(context.delivery.database) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await read_one(connection, context.delivery.peers, case)
    if found is None:
        raise Problem(http_kinds.NOT_FOUND)
    return json_answer(case_view(found), headers={"etag": etag(found.version)})


@router.post(
    "/v1/cases/{case}/close",
    **posts("closeCase", "CaseClosing", CASE_CLOSINGS, CaseView, *_CHANGING, versioned=True),
)
async def close_case(request: Request, context: InContext, case: CaseId) -> Response:
    """Close a case without active referrals; each sender is notified about its own referrals."""

    def command(closing: CaseClosing) -> Command:
        return commands.close_case(case, closing, _answer)

    return await submit(request, context, CASE_CLOSING, command)


@router.post(
    "/v1/cases/{case}/follow-ups",
    **posts("followUpCase", "CaseFollowUp", CASE_FOLLOW_UPS, CaseView, *_CHANGING, versioned=True),
)
async def follow_up(request: Request, context: InContext, case: CaseId) -> Response:
    """Tell the senders what aftercare (사후관리) found after the case was closed."""

    def command(found: CaseFollowUp) -> Command:
        return commands.follow_up(case, found, _answer)

    return await submit(request, context, CASE_FOLLOW_UP, command)


def _answer(change: Change) -> StoredResponse:
    if change.case is None:
        raise LookupError("A command on a case has to change it.")
    return stored_answer(case_view(change.case), change.case.version)


def case_view(case: Case) -> CaseView:
    """Show a case with the referrals that it serves."""
    return CaseView(
        id=case.id,
        state=CaseState.OPEN if case.closed_at is None else CaseState.CLOSED,
        version=case.version,
        journey=case.journey,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        reason=case.reason,
        keep_open=case.keep_open,
        referrals=[
            ServedReferral(
                referral=each.referral,
                sender=str(each.sender),
                state=each.state,
                outcome=each.outcome,
                goals=list(each.goals),
                withdrawn=each.withdrawn,
            )
            for each in case.served
        ],
    )
