"""What is counted of all records: flow by minute and edge, types spoken, signs of life, what was rejected."""

from collections.abc import Iterable
from datetime import datetime

from asyncpg import Connection

from ieum_console.projector.batch import Batch
from ieum_console.projector.names import Names

WRITE_FLOW = """
insert into flow (minute, source, recipient, records)
select * from unnest($1::timestamptz[], $2::smallint[], $3::smallint[], $4::int[])
on conflict (minute, source, recipient) do update set records = flow.records + excluded.records
"""

WRITE_EDGES = """
insert into edge (source, recipient, records, events, last_said_at)
select * from unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
on conflict (source, recipient) do update set
    records = edge.records + excluded.records, events = edge.events + excluded.events,
    last_said_at = greatest(edge.last_said_at, excluded.last_said_at)
"""

WRITE_CHANGES = """
insert into change (number, source, recipient, records, at)
select $1, e.source, e.recipient, e.records, $2
from unnest($3::smallint[], $4::smallint[], $5::int[]) as e(source, recipient, records)
"""

WRITE_SPOKEN = """
insert into spoken (agency, type, dataschema, records, first_at, last_at)
select agency, type, dataschema, sum(records), min(first_at), max(last_at)
from unnest($1::smallint[], $2::smallint[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[])
    as s(agency, type, dataschema, records, first_at, last_at)
group by agency, type, dataschema
on conflict (agency, type, dataschema) do update set
    records = spoken.records + excluded.records,
    first_at = least(spoken.first_at, excluded.first_at), last_at = greatest(spoken.last_at, excluded.last_at)
"""

WRITE_PRESENCE = """
insert into presence (agency, last_said_at, catalogue_at)
select * from unnest($1::smallint[], $2::timestamptz[], $3::timestamptz[])
on conflict (agency) do update set
    last_said_at = greatest(presence.last_said_at, excluded.last_said_at),
    catalogue_at = greatest(presence.catalogue_at, excluded.catalogue_at)
"""

WRITE_PROGRAMMES = """
insert into programme (agency, id, published_at, capacity_at)
select agency, id, coalesce(published_at, capacity_at), capacity_at
from unnest($1::smallint[], $2::text[], $3::timestamptz[], $4::timestamptz[])
    as p(agency, id, published_at, capacity_at)
on conflict (agency, id) do update set
    published_at = greatest(programme.published_at, excluded.published_at),
    capacity_at = greatest(programme.capacity_at, excluded.capacity_at)
"""

WRITE_REJECTED = """
insert into rejected_record (topic, reason, records, last_offset, last_at)
select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[])
on conflict (topic, reason) do update set
    records = rejected_record.records + excluded.records, last_offset = excluded.last_offset,
    last_at = excluded.last_at
"""


async def write_traffic(
    connection: Connection,
    batch: Batch,
    names: Names,
    *,
    events: dict[tuple[str, str], int],
    number: int,
    now: datetime,
) -> None:
    """Add a batch to all that is counted; `events` are the new ones of each edge."""
    ids = names.agencies
    edges = batch.edges()
    await _write(
        connection,
        WRITE_FLOW,
        ((minute, ids[s], ids[r], n) for (minute, s, r), n in sorted(batch.flow.items())),
    )
    await _write(
        connection,
        WRITE_EDGES,
        ((ids[s], ids[r], n, events.get((s, r), 0), batch.said[s, r]) for (s, r), n in sorted(edges.items())),
    )
    if edges:
        counted = [(ids[s], ids[r], n) for (s, r), n in sorted(edges.items())]
        await connection.execute(WRITE_CHANGES, number, now, *map(list, zip(*counted, strict=True)))
    await _write(
        connection,
        WRITE_SPOKEN,
        (
            (ids[agency], names.type(kind), schema, each.records, each.first_at, each.last_at)
            for (agency, kind, schema), each in sorted(batch.spoken.items())
        ),
    )
    await _write_signs(connection, batch, names)


async def _write_signs(connection: Connection, batch: Batch, names: Names) -> None:
    last: dict[str, datetime] = {}
    for (agency, _, _), each in batch.spoken.items():
        last[agency] = max(last.get(agency, each.last_at), each.last_at)
    await _write(
        connection,
        WRITE_PRESENCE,
        ((names.agencies[each], at, batch.catalogues.get(each)) for each, at in sorted(last.items())),
    )
    await _write(
        connection,
        WRITE_PROGRAMMES,
        ((names.agencies[agency], id_, *times) for (agency, id_), times in sorted(batch.programmes.items())),
    )
    await _write(
        connection,
        WRITE_REJECTED,
        (
            (topic, reason, len(each), each[-1].offset, each[-1].sent_at)
            for (topic, reason), each in sorted(batch.rejected.items())
        ),
    )


async def _write(connection: Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        await connection.execute(statement, *columns)
