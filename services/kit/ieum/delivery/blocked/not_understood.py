"""Events that wait because a version did not understand them: tried again after an upgrade."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

NOT_UNDERSTOOD = ("type.unknown", "version.unknown", "value.unknown")
WOKEN_AT_ONCE_MAX = 2_000


class WokenUpTo(NamedTuple):
    """The place of an event in the order in which they were found not to be understood."""

    since: datetime
    key: UUID = UUID(int=0)
    peer: int = 0
    family: int = 0
    sequence: int = 0


_WAKE = """
with found as materialized (
    select since, key, peer, family, sequence from parked
    where not dead and reason in ('type.unknown', 'version.unknown', 'value.unknown')
        and (since, key, peer, family, sequence) > ($1, $2, $3, $4, $5)
    order by since, key, peer, family, sequence limit $6
), woken as (
    update parked p set retry_at = $7 from found f
    where p.key = f.key and p.peer = f.peer and p.family = f.family and p.sequence = f.sequence
)
select * from found order by since, key, peer, family, sequence offset $6 - 1
"""
"""Names the reasons by themselves: by a parameter no plan could use their index."""


async def wake_for_new_contracts(
    connection: Connection, after: WokenUpTo, now: datetime, limit: int = WOKEN_AT_ONCE_MAX
) -> WokenUpTo | None:
    """Let this process retry the next of them after a place; returns the last one, if there may be more."""
    last = await connection.fetchrow(_WAKE, *after, limit, now)
    return None if last is None else WokenUpTo(*last)
