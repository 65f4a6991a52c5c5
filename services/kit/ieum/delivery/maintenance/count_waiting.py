"""Job: count the rows that wait, for the metrics of the leading process."""

from asyncpg import Connection

from ieum.observe.metrics import DeliveryMeasures

_COUNT = """
select
    (select count(*) from outbox) as outbox,
    (select count(*) from notice) as notice,
    (select count(*) from parked where not dead) as parked,
    (select count(*) from parked where dead) as dead
"""

COUNTED = ("outbox", "notice", "parked", "dead")


async def count_waiting(connection: Connection, measures: DeliveryMeasures) -> None:
    """Set the gauges."""
    measures.waiting(dict(await connection.fetchrow(_COUNT) or {}))


def count_nothing(measures: DeliveryMeasures) -> None:
    """Set them to zero: another process counts."""
    measures.waiting(dict.fromkeys(COUNTED, 0))
