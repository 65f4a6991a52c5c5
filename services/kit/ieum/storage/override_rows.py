"""Why clients were referred although a like referral was open, as the sender said."""

from uuid import UUID

from asyncpg import Connection

from ieum.casework.known_change import DuplicateOverride

_READ = "select referral, open, reason, at from duplicate_override where referral = $1"


async def read_override(connection: Connection, referral: UUID) -> DuplicateOverride | None:
    """Read why a referral was made although another was open; None for one that was made without a reason."""
    row = await connection.fetchrow(_READ, referral)
    return None if row is None else DuplicateOverride(*row)
