"""Bodies that outlived their time because they waited to be sent: they are cleared once they are sent."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from asyncpg import Connection

LOOKED_MAX = 5_000
"""Rows that one look reads: for an agency that is gone a million may wait."""

_OF_PERIOD = """
insert into unsent_body (key, peer, family, sequence)
select key, peer, family, sequence from ledger
where at >= $1 and at < $2 and said and body is not null
on conflict do nothing
"""
_OF_KEYS = """
insert into unsent_body (key, peer, family, sequence)
select key, peer, family, sequence from ledger where key = any($1::uuid[]) and said and body is not null
on conflict do nothing
"""


async def note_period(connection: Connection, start: datetime, end: datetime) -> None:
    """Note what kept its body of what was said between two times, after the rest was cleared."""
    await connection.execute(_OF_PERIOD, start, end)


async def note_keys(connection: Connection, keys: Collection[UUID]) -> None:
    """Note what kept its body of what was said under these keys, after the rest was cleared."""
    await connection.execute(_OF_KEYS, list(keys))


_CLEAR = """
with looked as (
    select * from unsent_body where id > $1 order by id limit $2
), sent as (
    delete from unsent_body u using looked l
    where u.id = l.id and not exists (
        select from outbox o
        where o.key = l.key and o.peer = l.peer and o.family = l.family and o.sequence = l.sequence
    )
    returning u.key, u.peer, u.family, u.sequence
), cleared as (
    update ledger l set body = null from sent s
    where l.key = s.key and l.peer = s.peer and l.family = s.family and l.said and l.sequence = s.sequence
        and l.body is not null
    returning 1
)
select (select count(*) from cleared) as cleared, (select count(*) from looked) as looked,
    (select max(id) from looked) as last
"""


class UnsentBodies:
    """Goes through what was noted, part by part and again from the beginning."""

    def __init__(self) -> None:
        self._looked = 0

    async def clear(self, connection: Connection) -> int:
        """Clear those of the next part that are sent by now; returns how many."""
        [row] = await connection.fetch(_CLEAR, self._looked, LOOKED_MAX)
        self._looked = row["last"] if row["looked"] == LOOKED_MAX else 0
        cleared: int = row["cleared"]
        return cleared
