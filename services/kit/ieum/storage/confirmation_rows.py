"""Confirmations of assessments as rows; the last one of a referral counts."""

from collections.abc import Collection
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.inquiry_values import Confirmation
from ieum_contracts.inquiry import EligibilityConfirmed

_READ = """
select c.* from unnest($1::uuid[]) as i (referral)
cross join lateral (select * from confirmation where referral = i.referral limit 1) c
"""


async def read_confirmations(connection: Connection, referrals: Collection[UUID]) -> list[Confirmation]:
    """Read the last confirmation of each of these referrals; the referral's lock protects it."""
    rows = await connection.fetch(_READ, sorted(referrals)) if referrals else []
    return [_confirmation(row) for row in rows]


def confirmation_row(confirmation: Confirmation) -> tuple[object, ...]:
    """Return a confirmation as a database row (`confirmation_row`)."""
    body = confirmation.body.model_dump_json(exclude_none=True).encode()
    return (confirmation.referral, confirmation.of, body, confirmation.at, confirmation.by)


def _confirmation(row: Record) -> Confirmation:
    body = EligibilityConfirmed.model_validate_json(row["body"])
    return Confirmation(row["referral"], row["assessed"], body, row["at"], row["by"])
