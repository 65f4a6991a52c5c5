"""The assessments that a recipient has stored, in the order in which their referrals came, page by page."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from pydantic_core import from_json

from ieum.casework.simulating import StoredAssessment
from ieum_contracts.eligibility import EligibilityAssessed

PAGE_ROWS = 500
_FIRST = UUID(int=0)

_STORED = """
select id, created_at, asked, sealed, assessment from referral
where (created_at, id) > ($1::timestamptz, $2::uuid) and created_at < $3::timestamptz
    and recipient and assessment is not null
order by created_at, id limit $4::bigint
"""


async def read_assessments(
    connection: Connection, since: datetime, before: datetime
) -> AsyncIterator[list[StoredAssessment]]:
    """Read what was assessed of referrals that came in a period, up to PAGE_ROWS at a time."""
    place: tuple[datetime, UUID] = (since, _FIRST)
    while rows := await connection.fetch(_STORED, *place, before, PAGE_ROWS):
        yield [each for row in rows for each in _stored(row)]
        place = (rows[-1]["created_at"], rows[-1]["id"])


def _stored(row: Record) -> list[StoredAssessment]:
    sealed = row["sealed"]
    requested = None if sealed is None else {**from_json(row["asked"]), "sealed": from_json(sealed)}
    body = EligibilityAssessed.model_validate_json(row["assessment"])
    return [StoredAssessment(each, requested) for each in body.programmes]
