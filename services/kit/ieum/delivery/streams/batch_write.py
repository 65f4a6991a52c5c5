"""Writes the rows of one delivery transaction, and those that the application adds, in one statement."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from asyncpg import Connection, UniqueViolationError

from ieum.delivery.streams.ledger import LedgerEntry
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import Stream
from ieum.errors import Transient

Part = tuple[str, Sequence[tuple[object, ...]]]
"""A part of a statement, `{rows:<row type>}` in place of its parameter, and the rows that it writes."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on which all is written, or nothing: a select of one boolean, and its arguments."""

    text: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Changed streams, new ledger entries, and the next offsets."""

    streams: Sequence[Stream] = ()
    entries: Sequence[LedgerEntry] = ()
    positions: Mapping[Partition, int] = field(default_factory=dict)

    def parts(self) -> list[Part]:
        """Return the parts for `write`; what was said also goes to the outbox, what applied to the feed."""
        return [
            (_BEGIN, [stream.row() for stream in self.streams if stream.new]),
            (_GO_ON, [stream.row() for stream in self.streams if not stream.new]),
            (_ENTER, [_ledger_row(entry) for entry in self.entries]),
            (_MOVE, [(*place, offset) for place, offset in sorted(self.positions.items())]),
        ]


_BEGIN = """begun as (
    insert into stream (key, peer, family, said, heard, heard_digest, stopped)
    select * from unnest({rows:stream_row})
)"""
_GO_ON = """gone_on as (
    insert into stream (key, peer, family, said, heard, heard_digest, stopped)
    select * from unnest({rows:stream_row})
    on conflict (key, peer, family) do update set
        said = excluded.said, heard = excluded.heard,
        heard_digest = excluded.heard_digest, stopped = excluded.stopped
)"""
_ENTER = """entry as materialized (
    select * from unnest({rows:ledger_row}) with ordinality as e (
        key, peer, family, said, sequence, event_id, type, at, headers, digest, body, fate, reason, o
    )
), entered as (
    insert into ledger (
        key, peer, family, said, sequence, event_id, type, at, headers, digest, body, fate, reason
    )
    select key, peer, family, said, sequence, event_id, type, now(), headers, digest, body, fate, reason
    from entry
), sent as (
    insert into outbox (key, peer, family, sequence)
    select key, peer, family, sequence from entry where said order by o
), fed as (
    insert into feed (key, peer, family, said, sequence)
    select key, peer, family, said, sequence from entry where fate = 'applied' order by o
)"""
_MOVE = """moved as (
    insert into position (family, partition, next_offset)
    select * from unnest({rows:position_row})
    on conflict (family, partition) do update set next_offset = excluded.next_offset
)"""


def _ledger_row(entry: LedgerEntry) -> tuple[object, ...]:
    """Return an entry as a database row (`ledger_row`); the database adds the time."""
    return (
        *entry.stream,
        entry.said,
        entry.sequence,
        entry.event_id,
        entry.type,
        None,
        entry.headers,
        entry.digest,
        entry.body,
        entry.fate,
        entry.reason,
    )


async def write(connection: Connection, parts: Sequence[Part], condition: Condition | None = None) -> bool:
    """Write parts in one statement; returns False, and has written nothing, when the condition is not met.

    It is not met either when another transaction writes the same row in this very moment. A part without rows
    is left out, for it costs almost as much as a row.
    """
    present = [(part, rows) for part, rows in parts if rows]
    if not present:
        return True
    texts, values = tuple(part for part, _ in present), [rows for _, rows in present]
    if condition is None:
        await connection.execute(statement(texts), *values)
        return True
    text = statement(texts, condition.text, len(condition.arguments))
    try:
        return bool(await connection.fetchval(text, *condition.arguments, *values))
    except UniqueViolationError:
        return False


@lru_cache
def statement(parts: tuple[str, ...], condition: str = "", arguments: int = 0) -> str:
    """Make one statement of parts, which are constants, and of a condition with its number of arguments."""
    form = _IF_MET if condition else _ROWS
    numbered = [part.format(rows=_Rows(number, form)) for number, part in enumerate(parts, arguments + 1)]
    if condition:
        numbered.insert(0, _MET.format(condition=condition))
    return f"with {', '.join(numbered)} {_ENDS[bool(condition)]}"


_MET, _ENDS = "met as materialized ({condition})", ("select", "select * from met")
_ROWS, _IF_MET = "{rows}", "case when (select * from met) then {rows} end"


@dataclass(frozen=True, slots=True)
class _Rows:
    """The parameter with the rows of a part; with none where a condition is not met."""

    number: int
    form: str

    def __format__(self, row_type: str) -> str:
        """Return it as an array of this row type."""
        return self.form.format(rows=f"${self.number}::{row_type}[]")


async def write_rows(connection: Connection, rows: Rows) -> None:
    """Write only these rows. Raises Transient when another transaction created one of the streams."""
    with retry_if_begun_twice(rows):
        await write(connection, rows.parts())


_BEGUN = ("stream_pkey", "ledger_pkey")


@contextmanager
def retry_if_begun_twice(rows: Rows) -> Iterator[None]:
    """Raise Transient when another transaction created one of the streams: no number may be given twice.

    The database may report either as the duplicate: the stream, or the ledger entry under its number.
    """
    try:
        yield
    except UniqueViolationError as error:
        if error.constraint_name in _BEGUN and any(stream.new for stream in rows.streams):
            raise Transient("A stream was begun by two at once; one of them tries again.") from error
        raise
