"""Repairs waits set by a clock that ran ahead: they end when a correct clock would end them."""

from datetime import datetime

from asyncpg import Connection

from ieum.delivery.blocked.parked_event import AWAITING_DELAY, AWAITING_DELAY_MAX, NEVER, RETRY_DELAYS
from ieum.delivery.blocked.source_breaker import WINDOW

ROWS_MAX = 5_000
"""Parked events that are set right at a time: the next ones three seconds later."""
_PARKED_SINCE = """
update parked set since = $1 where ctid = any(array(select ctid from parked where since > $1 limit $2))
"""
_PARKED_UNTIL = """
update parked set retry_at = $1 + coalesce(
    case when reason = 'fold.failed' then ($3::interval[])[attempts] end,
    greatest($4::interval, least($5::interval, ($1 - since) / 2))
)
where ctid = any(array(
    select ctid from parked
    where retry_at > $1 and retry_at < $2 and retry_at > $1 + coalesce(
        case when reason = 'fold.failed' then ($3::interval[])[attempts] end,
        greatest($4::interval, least($5::interval, ($1 - since) / 2))
    )
    limit $6
))
"""
_SOURCE = """
update source set
    since = least(since, $1),
    held_since = case when held_since is not null then least(held_since, $1) end,
    held_until = case when held_until is not null then least(held_until, $1 + $2) end
where since > $1 or held_since > $1 or held_until > $1 + $2
"""


# `least` leaves out what is null: a source held until its peer has answered would be held for an hour.


async def pull_back_waits(connection: Connection, now: datetime) -> None:
    """Let nothing wait since a future time, or longer than a wait that would begin now.

    Between clocks that differ a little this changes little: a wait grows by the difference.
    """
    await connection.execute(_PARKED_SINCE, now, ROWS_MAX)
    await connection.execute(
        _PARKED_UNTIL, now, NEVER, list(RETRY_DELAYS), AWAITING_DELAY, AWAITING_DELAY_MAX, ROWS_MAX
    )
    await connection.execute(_SOURCE, now, WINDOW)
