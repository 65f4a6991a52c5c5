"""Filters of the list of referrals, kept under a name by each operator for themselves."""

from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection

NAME_CHARACTERS_MAX = 40
QUERY_CHARACTERS_MAX = 300
SAVED_MAX = 20
"""Of each operator."""


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A name, and the query of the address that it leads to."""

    name: str
    query: str


READ_SAVED = "select name, query from saved_filter where subject = $1 order by name limit $2"


async def read_saved(connection: Connection, subject: str) -> tuple[SavedFilter, ...]:
    """List what somebody has saved."""
    return tuple(SavedFilter(**dict(row)) for row in await connection.fetch(READ_SAVED, subject, SAVED_MAX))


SAVE = """
insert into saved_filter (subject, name, query, saved_at)
select $1, $2, $3, $4 where (select count(*) from saved_filter where subject = $1 and name <> $2) < $5
on conflict (subject, name) do update set query = excluded.query, saved_at = excluded.saved_at
returning name
"""


async def save_filter(connection: Connection, subject: str, wanted: SavedFilter, now: datetime) -> bool:
    """Save a filter, in place of one of the same name; False where somebody has SAVED_MAX others."""
    saved = await connection.fetchval(SAVE, subject, wanted.name, wanted.query, now, SAVED_MAX)
    return saved is not None


FORGET = "delete from saved_filter where subject = $1 and name = $2"


async def forget_filter(connection: Connection, subject: str, name: str) -> None:
    """Remove what somebody has saved under a name."""
    await connection.execute(FORGET, subject, name)
