"""How an agency's service answered when somebody last asked it, so that all see it and know of when it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection


@dataclass(frozen=True, slots=True)
class AgencyLook:
    """An answer: `ready`, `not-ready` or `away`, and what the process that answered said of itself.

    That is how many rows the outbox held, which version runs, and whether this process sends the outbox.
    """

    agency: str
    answer: str
    looked_at: datetime
    outbox_rows: int | None = None
    version: str | None = None
    relays: bool | None = None


READ_LOOKS = "select agency, answer, looked_at, outbox_rows, version, relays from agency_look"


async def read_looks(connection: Connection) -> Mapping[str, AgencyLook]:
    """Return the last answer of each agency."""
    return {row["agency"]: AgencyLook(**dict(row)) for row in await connection.fetch(READ_LOOKS)}


WRITE_LOOK = """
insert into agency_look (agency, answer, looked_at, outbox_rows, version, relays)
values ($1, $2, $3, $4, $5, $6)
on conflict (agency) do update set
    answer = excluded.answer, looked_at = excluded.looked_at, outbox_rows = excluded.outbox_rows,
    version = excluded.version, relays = excluded.relays
"""


async def write_look(connection: Connection, look: AgencyLook) -> None:
    """Keep an answer in place of the one before."""
    said = look.outbox_rows, look.version, look.relays
    await connection.execute(WRITE_LOOK, look.agency, look.answer, look.looked_at, *said)
