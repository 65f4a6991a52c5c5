"""Things to do: changes of a client's eligibility that other agencies have told, until they are done."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from ieum.access.access_log import note_list
from ieum.api.agency.moves import ReferralId
from ieum.api.agency.submit import submit
from ieum.api.agency.to_do_views import ToDo, to_do
from ieum.api.api_context import InContext
from ieum.api.docs.examples import TO_DOS_DONE
from ieum.api.docs.route_description import gets, posts
from ieum.api.http.responses import (
    CURSOR_CHARACTERS_MAX,
    PAGE_DEFAULT,
    PAGE_MAX,
    bad_cursor,
    json_answer,
    read_cursor,
    stored_answer,
    write_cursor,
)
from ieum.api.http.unit_of_work import reading
from ieum.api.problems import http_kinds
from ieum.api.problems.referral_kinds import MOVE
from ieum.application import commands
from ieum.application.command import Command
from ieum.casework.orders import TO_DO_DONE, ToDoDone
from ieum.casework.values import Change
from ieum.storage.eligibility_change_rows import ToDosWanted
from ieum.storage.eligibility_change_rows import list_to_dos as list_of
from ieum.storage.idempotency_rows import StoredResponse
from ieum_contracts.address import ProgrammeId

NUMBER_MAX = 2**63 - 1

router = APIRouter(tags=["referrals"])


class ToDoPage(BaseModel):
    """A page of things to do, the latest first."""

    to_dos: list[ToDo]
    next: str | None = Field(default=None, description="Cursor of the next page; absent on the last.")


@router.get("/v1/to-dos", **gets("listToDos", ToDoPage))
async def list_to_dos(
    context: InContext,
    *,
    done: Annotated[bool | None, Query(description="Only what is done, or only what is not.")] = None,
    journey: Annotated[UUID | None, Query(description="Only of this journey.")] = None,
    programme: Annotated[ProgrammeId | None, Query(description="Only changes of this programme.")] = None,
    cursor: Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """List changes of eligibility that ask something of a worker here, the latest first."""
    before = NUMBER_MAX if cursor is None else _number(cursor)
    wanted = ToDosWanted(done, journey, programme)
    async with reading(context.delivery.database) as connection:
        found, last = await list_of(connection, context.delivery.peers, wanted, before, limit)
    note_list([each.referral for each in found], journey)
    return json_answer(
        ToDoPage(to_dos=[to_do(each) for each in found], next=None if last is None else write_cursor(last))
    )


@router.post(
    "/v1/referrals/{referral}/to-dos/{change}/done",
    **posts("finishToDo", "ToDoDone", TO_DOS_DONE, ToDo, http_kinds.NOT_FOUND, MOVE, versioned=True),
)
async def finish(
    request: Request,
    context: InContext,
    referral: ReferralId,
    change: Annotated[UUID, Path(description="Id of the change.")],
) -> Response:
    """Mark something to do as done; nothing is said to another agency."""

    def command(order: ToDoDone) -> Command:
        return commands.finish_to_do(referral, change, order.result, _answer)

    return await submit(request, context, TO_DO_DONE, command)


def _answer(change: Change) -> StoredResponse:
    if change.referral is None or not change.changes:
        raise LookupError("A to-do that is done is a change of its referral.")
    return stored_answer(to_do(change.changes[0]), change.referral.version)


def _number(cursor: str) -> int:
    text = read_cursor(cursor, 1)[0]
    if not text.isdecimal() or not text.isascii() or int(text) > NUMBER_MAX:
        raise bad_cursor()
    return int(text)
