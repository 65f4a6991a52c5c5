"""Rows: what one transaction of delivery comes to, written in one statement with what others add to it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from asyncpg import Connection, UniqueViolationError

from ieum.delivery.ledger import Entry
from ieum.delivery.positions import Place
from ieum.delivery.streams import Stream
from ieum.errors import Transient


@dataclass(frozen=True, slots=True)
class Rows:
    """Changed streams, new entries of the ledger, and the offsets that come next."""

    streams: Sequence[Stream] = ()
    entries: Sequence[Entry] = ()
    positions: Mapping[Place, int] = field(default_factory=dict)

    def parameters(self) -> tuple[list[tuple[object, ...]], ...]:
        """Give the parameters $1 to $4 of a statement that begins with `WITH_ROWS`."""
        return (
            [stream.row() for stream in self.streams if stream.new],
            [stream.row() for stream in self.streams if not stream.new],
            [entry.row() for entry in self.entries],
            [(*place, offset) for place, offset in sorted(self.positions.items())],
        )


WITH_ROWS = """
with begun as (
    insert into stream (key, peer, family, said, heard, heard_digest, stopped)
    select * from unnest($1::stream_row[])
), gone_on as (
    insert into stream (key, peer, family, said, heard, heard_digest, stopped)
    select * from unnest($2::stream_row[])
    on conflict (key, peer, family) do update set
        said = excluded.said, heard = excluded.heard,
        heard_digest = excluded.heard_digest, stopped = excluded.stopped
), entry as materialized (
    select * from unnest($3::ledger_row[]) with ordinality as e (
        key, peer, family, said, sequence, event_id, type, at, headers, digest, body, fate, reason, o
    )
), entered as (
    insert into ledger (
        key, peer, family, said, sequence, event_id, type, at, headers, digest, body, fate, reason
    )
    select key, peer, family, said, sequence, event_id, type, at, headers, digest, body, fate, reason
    from entry
), sent as (
    insert into outbox (key, peer, family, sequence)
    select key, peer, family, sequence from entry where said order by o
), fed as (
    insert into feed (key, peer, family, said, sequence)
    select key, peer, family, said, sequence from entry where fate = 'applied' order by o
), moved as (
    insert into position (family, partition, next_offset)
    select * from unnest($4::position_row[])
    on conflict (family, partition) do update set next_offset = excluded.next_offset
)
"""
"""The first half of a statement: what was said also goes to the outbox, and what counts to the feed.

The second half is the application's, with parameters from $5 on; both halves are constants.
"""
_WRITE = WITH_ROWS + "select"


async def write_rows(connection: Connection, rows: Rows) -> None:
    """Write rows, and nothing else. Raises Transient when another transaction began one of the streams."""
    with one_begins(rows):
        await connection.execute(_WRITE, *rows.parameters())


_BEGUN = ("stream_pkey", "ledger_pkey")


@contextmanager
def one_begins(rows: Rows) -> Iterator[None]:
    """Raise Transient where a stream was begun by another transaction: its number may not be given twice.

    Which of the two is found to be there, the stream or the entry under its number, is the database's choice.
    """
    try:
        yield
    except UniqueViolationError as error:
        if error.constraint_name in _BEGUN and any(stream.new for stream in rows.streams):
            raise Transient("A stream was begun by two at once; one of them tries again.") from error
        raise
