"""The first page: a few tiles, the flow along each edge, and what needs somebody, the worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from asyncpg import Connection

from ieum_console.projection.freshness import Freshness, behind
from ieum_console.projection.needs import Need, read_needs

OVERDUE_COUNTED_MAX = 10_000
DELIVERY_TIMES_MAX = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Window(StrEnum):
    """How far back the flow is counted."""

    QUARTER = "15m"
    HOUR = "1h"
    DAY = "24h"

    @property
    def length(self) -> timedelta:
        """The time that it spans."""
        return {"15m": timedelta(minutes=15), "1h": timedelta(hours=1), "24h": timedelta(days=1)}[self.value]


@dataclass(frozen=True, slots=True)
class EdgeFlow:
    """The records from one agency to another in the window, in whole minutes."""

    source: str
    recipient: str
    records: int
    last_said_at: datetime


@dataclass(frozen=True, slots=True)
class OldestUnanswered:
    """The referral for which an agency has been asked longest without a worker's answer."""

    agency: str
    referral: str
    requested_at: datetime
    waiting: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page shows. `overdue` stops counting at OVERDUE_COUNTED_MAX.

    `delivery_p95_seconds` is of the window's last hour, an upper bound in steps of a factor of two, and None
    without a record.
    """

    freshness: Freshness
    agencies: tuple[str, ...]
    open: int
    overdue: int
    oldest_unanswered: tuple[OldestUnanswered, ...]
    delivery_p95_seconds: float | None
    waiting_streams: int
    edges: tuple[EdgeFlow, ...]
    needs: tuple[Need, ...]


AGENCIES = "select name from agency order by name"

OPEN = """
select coalesce(sum(referrals), 0)::bigint from tally
where state <> all ('{closed,declined,redirected,cancelled,withdrawn,expired}'::text[])
"""

OVERDUE = """
select count(*) from (select from referral where due_at is not null and due_at < $1 limit $2) o
"""

WAITING = "select count(*) from waiting_stream"


async def read_overview(connection: Connection, window: Window, now: datetime) -> Overview:
    """Read the first page."""
    return Overview(
        freshness=await behind(connection, now),
        agencies=tuple(row["name"] for row in await connection.fetch(AGENCIES)),
        open=await connection.fetchval(OPEN),
        overdue=await connection.fetchval(OVERDUE, now, OVERDUE_COUNTED_MAX),
        oldest_unanswered=await _oldest_unanswered(connection),
        delivery_p95_seconds=await _p95(connection, now - min(window.length, DELIVERY_TIMES_MAX)),
        waiting_streams=await connection.fetchval(WAITING),
        edges=await _flows(connection, now - window.length + MINUTE),
        needs=await read_needs(connection, now),
    )


OLDEST_UNANSWERED = """
select a.name as agency, r.id::text as referral, r.requested_at, w.waiting
from agency a
cross join lateral (
    select id, requested_at from referral
    where recipient = a.id and state in ('requested', 'received') order by requested_at limit 1
) r
cross join lateral (
    select coalesce(sum(referrals), 0)::bigint as waiting from tally
    where recipient = a.id and state in ('requested', 'received')
) w
order by r.requested_at
"""


async def _oldest_unanswered(connection: Connection) -> tuple[OldestUnanswered, ...]:
    return tuple(OldestUnanswered(**dict(row)) for row in await connection.fetch(OLDEST_UNANSWERED))


DELIVERY_TIMES = """
select bucket, sum(records)::bigint as records from delivery_time where minute >= $1
group by bucket order by bucket
"""


async def _p95(connection: Connection, since: datetime) -> float | None:
    rows = await connection.fetch(DELIVERY_TIMES, since)
    return quantile_of([(row["bucket"], row["records"]) for row in rows], 0.95)


def quantile_of(buckets: Sequence[tuple[int, int]], share: float) -> float | None:
    """Return the upper bound, in seconds, below which a share of the counted times lies; None without any.

    The bucket `b` counts times up to 2^b milliseconds.
    """
    total = sum(records for _, records in buckets)
    counted = 0
    for bucket, records in buckets:
        counted += records
        if counted >= total * share:
            return float(2**bucket) / 1000
    return None


FLOWS = """
select s.name as source, r.name as recipient, coalesce(f.records, 0)::bigint as records, e.last_said_at
from edge e join agency s on s.id = e.source join agency r on r.id = e.recipient
left join (
    select source, recipient, sum(records) as records from flow where minute >= $1 group by source, recipient
) f on f.source = e.source and f.recipient = e.recipient
order by s.name, r.name
"""


async def _flows(connection: Connection, since: datetime) -> tuple[EdgeFlow, ...]:
    """Count each edge from the beginning of a minute on."""
    rows = await connection.fetch(FLOWS, since.replace(second=0, microsecond=0))
    return tuple(EdgeFlow(**dict(row)) for row in rows)
