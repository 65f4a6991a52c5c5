"""Talk about delivery: each notice as a row, and the streams that wait, as far as notices tell."""

from asyncpg import Connection

from ieum_console.projector.batch import GOES_ON, HEADS_TYPES, WAITS, Batch
from ieum_console.projector.headers import Seen
from ieum_console.projector.names import Names

WRITE_NOTICES = """
insert into notice (recipient, "offset", source, key, type, said_at, sent_at)
select * from unnest(
    $1::smallint[], $2::bigint[], $3::smallint[], $4::uuid[], $5::smallint[], $6::timestamptz[],
    $7::timestamptz[]
)
on conflict (recipient, "offset") do nothing
"""

HEADS_TOLD = """
update edge set heads_at = greatest(edge.heads_at, told.at)
from unnest($1::smallint[], $2::smallint[], $3::timestamptz[]) as told(source, recipient, at)
where edge.source = told.source and edge.recipient = told.recipient
"""

STREAM_WAITS = """
insert into waiting_stream (hearer, sayer, key, since)
select * from unnest($1::smallint[], $2::smallint[], $3::uuid[], $4::timestamptz[])
on conflict (hearer, sayer, key) do nothing
"""

STREAM_GOES_ON = """
delete from waiting_stream w
using unnest($1::smallint[], $2::smallint[], $3::uuid[]) as gone(hearer, sayer, key)
where w.hearer = gone.hearer and w.sayer = gone.sayer and w.key = gone.key
"""


async def write_notices(connection: Connection, batch: Batch, names: Names) -> None:
    """Write a batch's notices. Heads are so many that of them only the last of each edge is kept."""
    kept = [each for each in batch.notices if each.envelope.type not in HEADS_TYPES]
    heads = [each for each in batch.notices if each.envelope.type in HEADS_TYPES]
    if kept:
        rows = [_row(each, names) for each in kept]
        await connection.execute(WRITE_NOTICES, *map(list, zip(*rows, strict=True)))
    if heads:
        last = {_pair(each, names): each.envelope.time for each in heads}
        rows = [(*pair, at) for pair, at in sorted(last.items())]
        await connection.execute(HEADS_TOLD, *map(list, zip(*rows, strict=True)))
    await _follow_waiting(connection, batch, names)


async def _follow_waiting(connection: Connection, batch: Batch, names: Names) -> None:
    """Note the streams of which the last notice says that they wait, or that they go on.

    A stream goes on when its hearer tells its head: of one that waited that is a notice under its own key.
    """
    last = {
        (*_pair(each, names), each.key): each
        for each in batch.notices
        if each.key is not None and each.envelope.type in {WAITS, *GOES_ON}
    }
    waits = [(*place, each.envelope.time) for place, each in last.items() if each.envelope.type == WAITS]
    goes_on = [place for place, each in last.items() if each.envelope.type != WAITS]
    if waits:
        await connection.execute(STREAM_WAITS, *map(list, zip(*waits, strict=True)))
    if goes_on:
        await connection.execute(STREAM_GOES_ON, *map(list, zip(*goes_on, strict=True)))


def _pair(each: Seen, names: Names) -> tuple[int, int]:
    envelope = each.envelope
    return names.agencies[envelope.source.agency], names.agencies[envelope.recipient.agency]


def _row(each: Seen, names: Names) -> tuple[object, ...]:
    source, recipient = _pair(each, names)
    envelope = each.envelope
    return recipient, each.offset, source, each.key, names.type(envelope.type), envelope.time, each.sent_at
