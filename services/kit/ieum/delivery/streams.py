"""Streams: ONE row is the counter of what was said to a peer and the memory of what was heard from it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection, UniqueViolationError

from ieum.errors import Transient
from ieum_contracts.topics import Family

FAMILY_NUMBERS = {Family.REFERRAL: 1, Family.ELIGIBILITY: 2, Family.CASE_CLOSED: 3, Family.DELIVERY: 4}
FAMILIES = {number: family for family, number in FAMILY_NUMBERS.items()}


class StreamKey(NamedTuple):
    """The events of one (peer, family, key), both ways; sorts in the order of locks."""

    key: UUID
    peer: int
    family: int


@dataclass(slots=True)
class Stream:
    """How far one stream has come. `stopped` names the conflict or failure that an operator has to settle."""

    at: StreamKey
    said: int = 0
    heard: int = 0
    heard_digest: bytes | None = None
    stopped: str | None = None
    changed: bool = False
    new: bool = True


class Streams:
    """The locked streams of one transaction; a stream that has no row yet starts at zero."""

    def __init__(self, rows: Iterable[Stream]) -> None:
        self._streams = {stream.at: stream for stream in rows}

    def __getitem__(self, at: StreamKey) -> Stream:
        """Give the stream, changed in place by who holds its lock."""
        stream = self._streams.get(at)
        if stream is None:
            stream = self._streams[at] = Stream(at)
        return stream

    def changed(self) -> list[Stream]:
        """List what has to be written, in the order of locks."""
        return sorted((s for s in self._streams.values() if s.changed), key=lambda stream: stream.at)


_LOCK = """
select key, peer, family, said, heard, heard_digest, stopped
from stream where key = any($1::uuid[]) order by key, peer, family for update
"""


async def lock_streams(connection: Connection, keys: Collection[UUID]) -> Streams:
    """Lock every stream of these keys until the transaction ends, and load how far each has come.

    A row that does not exist yet cannot be locked: who may create it holds the lock of what the key names
    (the referral, the case) or of the Kafka position that the event came from.
    """
    rows = await connection.fetch(_LOCK, sorted(keys))
    return Streams(Stream(StreamKey(*row[:3]), row[3], row[4], row[5], row[6], new=False) for row in rows)


_BEGIN = """
insert into stream (key, peer, family, said, heard, heard_digest, stopped)
select * from unnest(
    $1::uuid[], $2::smallint[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::text[]
)
"""
_WRITE = """
insert into stream (key, peer, family, said, heard, heard_digest, stopped)
select * from unnest(
    $1::uuid[], $2::smallint[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::text[]
)
on conflict (key, peer, family) do update set
    said = excluded.said, heard = excluded.heard,
    heard_digest = excluded.heard_digest, stopped = excluded.stopped
"""


async def write_streams(connection: Connection, changed: Sequence[Stream]) -> None:
    """Write streams, in one statement, or in two where some are new.

    Raises Transient when another transaction has begun one of the new streams meanwhile: what it said or
    heard would be forgotten if this one wrote over it.
    """
    begun, written = [s for s in changed if s.new], [s for s in changed if not s.new]
    if begun:
        try:
            await connection.execute(_BEGIN, *_columns(begun))
        except UniqueViolationError as error:
            raise Transient("A stream was begun by two at once; one of them tries again.") from error
    if written:
        await connection.execute(_WRITE, *_columns(written))


def _columns(streams: Sequence[Stream]) -> tuple[list[object], ...]:
    return (
        [s.at.key for s in streams],
        [s.at.peer for s in streams],
        [s.at.family for s in streams],
        [s.said for s in streams],
        [s.heard for s in streams],
        [s.heard_digest for s in streams],
        [s.stopped for s in streams],
    )
