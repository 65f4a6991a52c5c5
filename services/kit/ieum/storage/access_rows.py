"""Rows of the access log: who did or read what, about whom, and why; they are added, and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record

ABOUT_MAX = 201
"""A page of 200 and the search itself."""

ADD_ACCESS = """accessed as (
    insert into access_log (at, subject, roles, act, about, why, status, found, request)
    select now(), subject, roles, act, about, why, status, found, request
    from unnest({rows:access_row})
)"""
_ADD = """
insert into access_log (at, subject, roles, act, about, why, status, found, request)
select now(), subject, roles, act, about, why, status, found, request from unnest($1::access_row[])
"""


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One call of the API. `about` are pseudonyms: ids, and what was searched by."""

    subject: str
    roles: Sequence[str]
    act: str
    about: Sequence[str]
    why: str
    status: int
    found: int | None
    request: UUID

    def row(self) -> tuple[object, ...]:
        """Return it as a database row (`access_row`); the database adds the time."""
        about = list(self.about[:ABOUT_MAX])
        return (
            *(self.subject, list(self.roles), self.act, about, self.why, self.status, self.found),
            self.request,
        )


async def add_access(connection: Connection, rows: Sequence[AccessRow]) -> None:
    """Add rows to the log."""
    await connection.execute(_ADD, [each.row() for each in rows])


@dataclass(frozen=True, slots=True)
class AccessWanted:
    """Which rows are asked for: of a period, and of somebody or about somebody alone."""

    since: datetime
    until: datetime
    subject: str | None = None
    about: str | None = None


_LIST = """
select id, at, subject, roles, act, about, why, status, found, request from access_log
where id < $1 and at >= $2 and at < $3
    and ($4::text is null or subject = $4) and ($5::text is null or about @> array[$5])
order by id desc limit $6
"""


async def list_access(
    connection: Connection, wanted: AccessWanted, before: int, limit: int
) -> Sequence[Record]:
    """List rows, the latest first."""
    rows: Sequence[Record] = await connection.fetch(
        _LIST, before, wanted.since, wanted.until, wanted.subject, wanted.about, limit
    )
    return rows
