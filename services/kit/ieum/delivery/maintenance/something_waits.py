"""Whether there is anything for the jobs that let waiting things go on: asked once a tick for all of them."""

from datetime import datetime

from asyncpg import Connection

_WAITS = """
select exists (select from parked) or exists (select from erasing)
    or exists (select from source where held is not null or since > $1)
"""


async def something_waits(connection: Connection, now: datetime) -> bool:
    """Tell whether an event, an erasure or a source waits; one that began in the future waits as well."""
    waits: bool = await connection.fetchval(_WAITS, now)
    return waits
