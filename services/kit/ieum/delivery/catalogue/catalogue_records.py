"""The kinds of record on a catalogue topic: the key of each, and where its newest version is kept."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from asyncpg import Connection

from ieum.delivery.statement_status import affected
from ieum_contracts.capacity import CapacityChanged
from ieum_contracts.programme import ProgrammePublished

CatalogueBody: TypeAlias = ProgrammePublished | CapacityChanged


class Kept(NamedTuple):
    """The newest version of a record, as it was published."""

    version: int
    body: bytes


def record_key(body: CatalogueBody) -> str:
    """Return the key of a record in its agency's catalogue topic."""
    kind = "programme" if isinstance(body, ProgrammePublished) else "capacity"
    return f"{kind}:{body.programme}"


_KEEP_PROGRAMME = """
insert into catalogue (peer, id, version, body) values ($1, $2, $3, $4)
on conflict (peer, id) do update set version = excluded.version, body = excluded.body
where catalogue.version < excluded.version
"""
_KEEP_CAPACITY = """
insert into capacity (peer, programme, version, body) values ($1, $2, $3, $4)
on conflict (peer, programme) do update set version = excluded.version, body = excluded.body
where capacity.version < excluded.version
"""


async def keep(connection: Connection, peer: int, body: CatalogueBody, written: bytes) -> bool:
    """Store a record as it was written; returns False where the same or a higher version of it is stored."""
    if isinstance(body, ProgrammePublished):
        statement, key = _KEEP_PROGRAMME, record_key(body)
    else:
        statement, key = _KEEP_CAPACITY, body.programme
    return affected(await connection.execute(statement, peer, key, body.version, written)) > 0


_OF_PEER = """
select id as key, version, body from catalogue where peer = $1
union all select 'capacity:' || programme, version, body from capacity where peer = $1
"""


async def kept_of(connection: Connection, peer: int) -> Mapping[str, Kept]:
    """Return what is stored of an agency, by the records' keys."""
    rows = await connection.fetch(_OF_PEER, peer)
    return {row["key"]: Kept(row["version"], row["body"]) for row in rows}
