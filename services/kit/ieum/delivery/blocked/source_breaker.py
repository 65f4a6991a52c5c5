"""Circuit breaker per source: counts each peer's wrong events, and holds a peer with too many of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from asyncpg import Connection

from ieum.delivery.delivery_context import DeliveryContext

NOBODY = 0
"""The source of a record that names no known peer; it is counted and never held."""
WINDOW = timedelta(hours=1)
TOO_MANY, COMPARING = "source.held", "restored.comparing"

_log = structlog.get_logger(__name__)

_HELD = "select peer, held from source where held is not null"


async def held_sources(connection: Connection) -> dict[int, str]:
    """Return the held peers, whose events wait before they are folded, and why."""
    return {row["peer"]: row["held"] for row in await connection.fetch(_HELD)}


_COUNT = """
insert into source (peer, since, troubles)
select peer, $3, troubles from unnest($1::smallint[], $2::integer[]) as i (peer, troubles)
on conflict (peer) do update set
    since = case when source.since <= $4 then excluded.since else source.since end,
    troubles = excluded.troubles + case when source.since <= $4 then 0 else source.troubles end
"""
_HOLD = """
update source set held = $2, held_since = $3, held_until = since + $4::interval
where peer = any($1::smallint[]) and held is null and troubles > $5
returning peer, troubles, held_until
"""


async def count_troubles(
    connection: Connection, context: DeliveryContext, troubles: Mapping[int, int], now: datetime
) -> None:
    """Count wrong events by source; a source with too many in an hour is held until the hour ends."""
    if not troubles:
        return
    peers = sorted(troubles)
    await connection.execute(_COUNT, peers, [troubles[peer] for peer in peers], now, now - WINDOW)
    known = [peer for peer in peers if peer != NOBODY]
    for row in await connection.fetch(_HOLD, known, TOO_MANY, now, WINDOW, context.troubles_max):
        _log.error(
            TOO_MANY,
            source=str(context.peers.address(row["peer"])),
            troubles=row["troubles"],
            until=row["held_until"].isoformat(timespec="seconds"),
        )


_OVER = """
update source set held = null, held_since = null, held_until = null, troubles = 0
where held = $2 and held_until <= $1 returning peer
"""


async def release_due(connection: Connection, context: DeliveryContext, now: datetime) -> None:
    """Release the sources that were held for too many wrong events, and whose hour is over."""
    rows = await connection.fetch(_OVER, now, TOO_MANY)
    await context.peers.load_numbers(connection, (row["peer"] for row in rows))
    for row in rows:
        _log.info("source.released", source=str(context.peers.address(row["peer"])))


_RELEASE = """
update source set held = null, held_since = null, held_until = null, asked = null, troubles = 0, since = $2
where peer = $1
"""


async def release_source(connection: Connection, peer: int, now: datetime) -> None:
    """Release a source, and restart the count of its wrong events."""
    await connection.execute(_RELEASE, peer, now)
