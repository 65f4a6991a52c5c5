"""For operators: quarantined records, whose place could not be verified; never their bytes."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from asyncpg import Record
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from ieum.api.api_context import InContext
from ieum.api.docs.route_description import gets
from ieum.api.http.responses import PAGE_DEFAULT, PAGE_MAX, json_answer
from ieum.api.http.unit_of_work import reading

_HEADER_NAME = re.compile(rb"[A-Za-z][A-Za-z_-]{0,39}")
HEADERS_SHOWN_MAX = 40
ID_MAX = 2**63 - 1

router = APIRouter(tags=["operators"])


class QuarantinedRecord(BaseModel):
    """One record that changed no stream."""

    id: int
    topic: str
    partition: int
    offset: int
    reason: str = Field(description="Code of the table of dispositions.")
    digest: str = Field(description="SHA-256 of the record, in hexadecimal digits.")
    headers: list[str] = Field(description="Names of its headers; `?` for a name that is none.")
    at: datetime


class QuarantinePage(BaseModel):
    """Quarantined records, oldest first."""

    records: list[QuarantinedRecord]
    next: int | None = Field(default=None, description="Pass it as `after` for the next page.")


@router.get("/v1/quarantine", **gets("listQuarantine", QuarantinePage))
async def list_quarantine(
    context: InContext,
    after: Annotated[int, Query(ge=0, le=ID_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """List records that were quarantined: where from, why, and their digest."""
    async with reading(context.delivery.database) as connection:
        rows: Sequence[Record] = await connection.fetch(_QUARANTINED, after, limit + 1)
    shown = [_view(row) for row in rows[:limit]]
    return json_answer(QuarantinePage(records=shown, next=shown[-1].id if len(rows) > limit else None))


_QUARANTINED = """
select id, topic, partition, "offset", reason, digest, headers, at
from quarantine where id > $1 order by id limit $2
"""


def _view(row: Record) -> QuarantinedRecord:
    return QuarantinedRecord(
        id=row["id"],
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        reason=row["reason"],
        digest=row["digest"].hex(),
        headers=_names(row["headers"] or b""),
        at=row["at"],
    )


def _names(lines: bytes) -> list[str]:
    names = [line.partition(b"=")[0] for line in lines.split(b"\n")[:HEADERS_SHOWN_MAX] if line]
    return [name.decode() if _HEADER_NAME.fullmatch(name) else "?" for name in names]
