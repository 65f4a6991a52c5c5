"""Reads what waits in one agency's database: to be sent, to be taken in, or to be looked at."""

from dataclasses import dataclass
from uuid import UUID

from ieum.centre.postgres import Connection
from ieum.delivery.streams.stream import FAMILIES

ROWS_NAMED_MAX = 100
"""Rows of a kind that are read one by one; of further ones only the number."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something left waiting: where, about what, and why."""

    what: str
    reason: str | None = None
    key: UUID | None = None


OUTBOX = """
select outbox.key, peer.address, outbox.family, outbox.sequence
from outbox join peer on peer.id = outbox.peer order by outbox.id limit $1
"""


async def read_outbox(connection: Connection) -> tuple[Waiting, ...]:
    """Return what is not sent yet, the oldest first."""
    return tuple(
        Waiting(
            f"{FAMILIES[row['family']]} event {row['sequence']} on {row['key']} for {row['address']}",
            key=row["key"],
        )
        for row in await connection.fetch(OUTBOX, ROWS_NAMED_MAX)
    )


PARKED = """
select parked.key, peer.address, parked.family, parked.sequence, parked.type, parked.reason, parked.dead
from parked join peer on peer.id = parked.peer order by parked.since limit $1
"""


async def read_parked(connection: Connection) -> tuple[Waiting, ...]:
    """Return what is parked, the longest waiting first."""
    return tuple(
        Waiting(
            f"{row['type']}, {FAMILIES[row['family']]} event {row['sequence']} on {row['key']} "
            f"from {row['address']}",
            f"{row['reason']}, given up" if row["dead"] else row["reason"],
            row["key"],
        )
        for row in await connection.fetch(PARKED, ROWS_NAMED_MAX)
    )


QUARANTINE = """
select topic, partition, "offset", reason from quarantine order by id limit $1
"""


async def read_quarantine(connection: Connection) -> tuple[Waiting, ...]:
    """Return what is quarantined, the oldest first."""
    return tuple(
        Waiting(f"record {row['offset']} of partition {row['partition']} of {row['topic']}", row["reason"])
        for row in await connection.fetch(QUARANTINE, ROWS_NAMED_MAX)
    )


UNNAMED = """
select (select count(*) from outbox) as outbox, (select count(*) from parked) as parked,
    (select count(*) from quarantine) as quarantine
"""


async def read_unnamed(connection: Connection) -> dict[str, int]:
    """Return how many rows of each kind there are beyond those that are named."""
    row = await connection.fetchrow(UNNAMED)
    return {kind: max(0, count - ROWS_NAMED_MAX) for kind, count in dict(row or {}).items()}
