"""How an agency's service answered when somebody last asked it, so that all see it and know of when it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection


@dataclass(frozen=True, slots=True)
class AgencyLook:
    """An answer: `ready`, `not-ready` or `away`; and how many rows its outbox held, where it said so."""

    agency: str
    answer: str
    outbox_rows: int | None
    looked_at: datetime


READ_LOOKS = "select agency, answer, outbox_rows, looked_at from agency_look"


async def read_looks(connection: Connection) -> Mapping[str, AgencyLook]:
    """Return the last answer of each agency."""
    return {row["agency"]: AgencyLook(**dict(row)) for row in await connection.fetch(READ_LOOKS)}


WRITE_LOOK = """
insert into agency_look (agency, answer, outbox_rows, looked_at) values ($1, $2, $3, $4)
on conflict (agency) do update set
    answer = excluded.answer, outbox_rows = excluded.outbox_rows, looked_at = excluded.looked_at
"""


async def write_look(connection: Connection, look: AgencyLook) -> None:
    """Keep an answer in place of the one before."""
    await connection.execute(WRITE_LOOK, look.agency, look.answer, look.outbox_rows, look.looked_at)
