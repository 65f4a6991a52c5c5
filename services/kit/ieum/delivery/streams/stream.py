"""Streams: ONE row holds the last number said to a peer and the last number heard from it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection, Record

from ieum_contracts.topics import Family

FAMILY_NUMBERS = {Family.REFERRAL: 1, Family.ELIGIBILITY: 2, Family.CASE_CLOSED: 3, Family.DELIVERY: 4}
FAMILIES = {number: family for family, number in FAMILY_NUMBERS.items()}


class StreamKey(NamedTuple):
    """The events of one (peer, family, key), both ways; sorts in lock order."""

    key: UUID
    peer: int
    family: int


class StreamPlace(NamedTuple):
    """The place of one event: its number in its stream."""

    stream: StreamKey
    sequence: int


@dataclass(slots=True)
class Stream:
    """The state of one stream. `stopped` is the code of a conflict that an operator has to resolve."""

    at: StreamKey
    said: int = 0
    heard: int = 0
    heard_digest: bytes | None = None
    stopped: str | None = None
    changed: bool = False
    new: bool = True

    def row(self) -> tuple[object, ...]:
        """Return the stream as a database row (`stream_row`)."""
        return (*self.at, self.said, self.heard, self.heard_digest, self.stopped)


class Streams:
    """The locked streams of one transaction; a stream that has no row yet starts at zero."""

    def __init__(self, rows: Iterable[Stream]) -> None:
        self._streams = {stream.at: stream for stream in rows}

    def __getitem__(self, at: StreamKey) -> Stream:
        """Return the stream; the holder of its lock changes it in place."""
        stream = self._streams.get(at)
        if stream is None:
            stream = self._streams[at] = Stream(at)
        return stream

    def changed(self) -> list[Stream]:
        """Return the changed streams, in lock order."""
        return sorted((s for s in self._streams.values() if s.changed), key=lambda stream: stream.at)


_LOCK = """
select key, peer, family, said, heard, heard_digest, stopped
from stream where key = any($1::uuid[]) order by key, peer, family for update
"""


async def lock_streams(connection: Connection, keys: Collection[UUID]) -> Streams:
    """Lock and load every stream of these keys until the transaction ends.

    A row that does not exist yet cannot be locked: its creator holds the lock of what the key names
    (the referral, the case) or of the Kafka position that the event came from.
    """
    return streams_from(await connection.fetch(_LOCK, sorted(keys)))


def streams_from(rows: Iterable[Record]) -> Streams:
    """Make streams from rows or row types: key, peer, family, said, heard, heard_digest, stopped."""
    return Streams(Stream(StreamKey(*row[:3]), row[3], row[4], row[5], row[6], new=False) for row in rows)
