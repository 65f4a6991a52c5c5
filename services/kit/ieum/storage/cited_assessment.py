"""The assessment that an order cites, as the ledger keeps it."""

from uuid import UUID

from asyncpg import Connection

from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.eligibility import EligibilityAssessed
from ieum_contracts.topics import Family

_ASSESSED = """
select l.body from (
    select id, peer from referral where client_ref = $1
    union all select id, peer from referral where id = $2
) r
cross join lateral (
    select body from ledger where key = r.id and peer = r.peer and family = $3 and event_id = $4 limit 1
) l
limit 1
"""


async def read_assessment(
    connection: Connection, event: UUID, client_ref: str, parent: UUID | None
) -> EligibilityAssessed | None:
    """Read an assessment of a client, or of the parent referral; None once its body is no longer kept."""
    family = FAMILY_NUMBERS[Family.ELIGIBILITY]
    body = await connection.fetchval(_ASSESSED, client_ref, parent, family, event)
    return None if body is None else EligibilityAssessed.model_validate_json(body)
