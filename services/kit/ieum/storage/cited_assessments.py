"""Assessments that orders cite: whether one was said or heard about the same client, and what it says."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.eligibility import EligibilityAssessed
from ieum_contracts.topics import Family


class CitedEvent(NamedTuple):
    """An event of assessment, and the client whom it should be about: by reference, or by a parent."""

    event: UUID
    client_ref: str | None
    parent: UUID | None


_CITED = """
select i.number, l.body from unnest($1::uuid[], $2::text[], $3::uuid[])
    with ordinality as i (event, client_ref, parent, number)
cross join lateral (
    select id, peer from referral where client_ref = i.client_ref
    union all select id, peer from referral where id = i.parent
) r
cross join lateral (
    select body from ledger where key = r.id and peer = r.peer and family = $4 and event_id = i.event limit 1
) l
"""


async def find_cited(connection: Connection, cited: Sequence[CitedEvent]) -> dict[int, bytes | None]:
    """Return the bodies of those that were said or heard about their client, by position.

    A body is None once it is no longer kept.
    """
    if not cited:
        return {}
    columns = [[each[part] for each in cited] for part in range(3)]
    rows = await connection.fetch(_CITED, *columns, FAMILY_NUMBERS[Family.ELIGIBILITY])
    return {row["number"] - 1: row["body"] for row in rows}


async def read_assessment(connection: Connection, cited: CitedEvent) -> EligibilityAssessed | None:
    """Read an assessment of a client, or of the parent referral; None once its body is no longer kept."""
    body = (await find_cited(connection, [cited])).get(0)
    return None if body is None else EligibilityAssessed.model_validate_json(body)
