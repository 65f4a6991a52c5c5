"""For auditors: the access log, who did or read what, about whom and why; pseudonyms alone."""

from datetime import timedelta
from typing import Annotated

from asyncpg import Record
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from ieum.access.access_log import note_list
from ieum.api.api_context import InContext
from ieum.api.docs.route_description import gets
from ieum.api.http.query_time import QueryTime
from ieum.api.http.responses import PAGE_DEFAULT, PAGE_MAX, json_answer
from ieum.api.http.unit_of_work import reading
from ieum.storage.access_rows import AccessWanted, list_access

PERIOD = timedelta(days=31)
"""Without `from`, so far back."""
NUMBER_MAX = 2**63 - 1
TEXT_MAX = 140

router = APIRouter(tags=["operators"])


class AccessEntry(BaseModel):
    """One act, or one read of client details."""

    number: int
    at: AwareDatetime
    subject: str = Field(description="Who, by the issuer's name.")
    roles: list[str]
    act: str = Field(description="Method and route.")
    about: list[str] = Field(description="Pseudonyms: ids, what was searched by, and whom the answer showed.")
    why: str = Field(description="The caller's reason as a code (`Access-Reason`), or what such roles do.")
    status: int
    found: int | None = Field(default=None, description="Of a list: how many it showed.")
    request: str = Field(description="Id of the request, as `X-Request-Id` had it.")


class AccessPage(BaseModel):
    """A page of the access log, the latest first."""

    entries: list[AccessEntry]
    next: int | None = Field(default=None, description="Pass it as `before` for the next page.")


@router.get("/v1/access-log", **gets("listAccess", AccessPage))
async def list_entries(
    context: InContext,
    *,
    subject: Annotated[str | None, Query(max_length=TEXT_MAX, description="Only of this account.")] = None,
    about: Annotated[str | None, Query(max_length=TEXT_MAX, description="Only about this pseudonym.")] = None,
    since: Annotated[
        QueryTime | None, Query(alias="from", description="Not before; 31 days back without it.")
    ] = None,
    until: Annotated[QueryTime | None, Query(alias="to", description="Only before.")] = None,
    before: Annotated[int, Query(ge=1, le=NUMBER_MAX)] = NUMBER_MAX,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """List who did or read what. This call stands in the log too."""
    end = until or context.delivery.clock() + timedelta(days=1)
    wanted = AccessWanted(since or end - PERIOD, end, subject, about)
    async with reading(context.delivery.database) as connection:
        rows = await list_access(connection, wanted, before, limit + 1)
    shown = [_entry(row) for row in rows[:limit]]
    note_list((), subject, about)
    return json_answer(AccessPage(entries=shown, next=shown[-1].number if len(rows) > limit else None))


def _entry(row: Record) -> AccessEntry:
    values = {**dict(row), "number": row["id"], "request": str(row["request"])}
    return AccessEntry(**values)
