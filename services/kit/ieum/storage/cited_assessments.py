"""Whether an assessment that a new referral cites was said or heard about the same client."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.topics import Family


class CitedEvent(NamedTuple):
    """An event of assessment, and the client whom it should be about: by reference, or by a parent."""

    event: UUID
    client_ref: str | None
    parent: UUID | None


_CITED = """
select i.number from unnest($1::uuid[], $2::text[], $3::uuid[])
    with ordinality as i (event, client_ref, parent, number)
cross join lateral (
    select id, peer from referral where client_ref = i.client_ref
    union all select id, peer from referral where id = i.parent
) r
cross join lateral (
    select from ledger where key = r.id and peer = r.peer and family = $4 and event_id = i.event limit 1
) l
"""


async def find_cited(connection: Connection, cited: Sequence[CitedEvent]) -> set[int]:
    """Return the positions of those that were said or heard about their client."""
    if not cited:
        return set()
    columns = [[each[part] for each in cited] for part in range(3)]
    rows = await connection.fetch(_CITED, *columns, FAMILY_NUMBERS[Family.ELIGIBILITY])
    return {row["number"] - 1 for row in rows}
