"""Job: count the rows that wait, and how long, for the metrics of the leading process."""

from collections import Counter
from collections.abc import Mapping

from asyncpg import Connection

from ieum.delivery.maintenance.walk_parked import WaitsFor
from ieum.observe.metrics import DeliveryMeasures

_COUNT = """
select
    (select count(*) from (select from outbox limit $1) o) as outbox,
    (select count(*) from (select from notice limit $1) n) as notice,
    (select count(*) from (select from erasing limit $1) e) as erasing,
    (select count(*) from (select from stream where stopped is not null limit $1) s) as stopped
"""
_AGE = """
select extract(epoch from clock_timestamp() - l.at)::float8
from (select key, peer, family, sequence from outbox where not resent order by id limit 1) o
cross join lateral (
    select at from ledger
    where key = o.key and peer = o.peer and family = o.family and said and sequence = o.sequence limit 1
) l
"""
_BEHIND = "select count(*) from expected where since <= now() - interval '1 minute'"

COUNTED = ("outbox", "notice", "parked", "dead", "erasing", "stopped")
COUNTED_MAX = 100_000
"""Rows that are counted: more take longer than a statement should, and say no more to whoever reads it."""


async def count_waiting(
    connection: Connection, measures: DeliveryMeasures, waits: Mapping[WaitsFor, int]
) -> None:
    """Set the gauges; `waits` are the events that wait, as the walk through them has counted."""
    reasons = Counter[str]()
    for (reason, _), events in waits.items():
        reasons[reason] += events
    dead = sum(events for (_, dead), events in waits.items() if dead)
    rows = dict(await connection.fetchrow(_COUNT, COUNTED_MAX) or {})
    measures.waiting({**rows, "parked": sum(reasons.values()) - dead, "dead": dead})
    measures.parked(reasons)
    measures.outbox_age(await connection.fetchval(_AGE) or 0.0)
    measures.streams_behind(await connection.fetchval(_BEHIND))


def count_nothing(measures: DeliveryMeasures) -> None:
    """Set them to zero: another process counts."""
    measures.waiting(dict.fromkeys(COUNTED, 0))
    measures.parked({})
    measures.outbox_age(0.0)
    measures.streams_behind(0)
