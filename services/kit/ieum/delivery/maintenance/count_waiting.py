"""Job: count the rows that wait, and how long, for the metrics of the leading process."""

from asyncpg import Connection

from ieum.observe.metrics import DeliveryMeasures

_COUNT = """
select
    (select count(*) from outbox) as outbox,
    (select count(*) from notice) as notice,
    (select count(*) from erasing) as erasing
"""
_PARKED = "select reason, dead, count(*) as events from parked group by reason, dead"
_AGE = """
select extract(epoch from clock_timestamp() - l.at)::float8
from (select key, peer, family, sequence from outbox where not resent order by id limit 1) o
cross join lateral (
    select at from ledger
    where key = o.key and peer = o.peer and family = o.family and said and sequence = o.sequence limit 1
) l
"""
_BEHIND = "select count(*) from expected where since <= now() - interval '1 minute'"

COUNTED = ("outbox", "notice", "parked", "dead", "erasing")


async def count_waiting(connection: Connection, measures: DeliveryMeasures) -> None:
    """Set the gauges."""
    parked = await connection.fetch(_PARKED)
    reasons: dict[str, int] = {}
    for row in parked:
        reasons[row["reason"]] = reasons.get(row["reason"], 0) + row["events"]
    dead = sum(row["events"] for row in parked if row["dead"])
    rows = dict(await connection.fetchrow(_COUNT) or {})
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
