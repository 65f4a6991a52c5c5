"""Reads from one agency's database what reconciling compares: streams, referrals and what waits."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

import asyncpg

from ieum.centre.centre_file import CentreError, database_name
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.postgres import Connection, connect_admin
from ieum.centre.room_copies import RoomOf, count_inquiries, read_room
from ieum.centre.waiting_rows import Waiting, read_outbox, read_parked, read_quarantine, read_unnamed
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.address import Address
from ieum_contracts.topics import Family


class StreamName(NamedTuple):
    """The events of one (peer, family, key), as one agency's database knows them, both ways."""

    key: UUID
    peer: str
    family: Family


@dataclass(frozen=True, slots=True)
class HeadNumbers:
    """How far a stream has come at one agency, and why it is stopped if it is."""

    said: int
    heard: int
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """One agency's copy of a referral."""

    is_recipient: bool
    peer: str
    programme: str
    state: str
    closed_as: str | None = None
    open_asks: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The data of one agency, read in one transaction: all of it, or what has its key in a range.

    What has no key, or waits, is in the first range alone.
    """

    agency: Address
    streams: Mapping[StreamName, HeadNumbers]
    referrals: Mapping[UUID, Copy]
    outbox: tuple[Waiting, ...] = ()
    parked: tuple[Waiting, ...] = ()
    quarantine: tuple[Waiting, ...] = ()
    room: Mapping[RoomOf, int] = field(default_factory=dict)
    """The version that is known of each programme's room, its own included."""
    inquiries: int = 0
    """Inquiries that this agency has made and still keeps."""
    unnamed: Mapping[str, int] = field(default_factory=dict)
    """Rows of a kind (`outbox`, `parked`, `quarantine`) beyond those that are named."""


@asynccontextmanager
async def open_snapshot(settings: CentreSettings, agency: Address) -> AsyncIterator["OpenSnapshot"]:
    """Open an agency's database as it is now, and read of it as long as the block lasts.

    Raises CentreError when the database is missing, and in the block when it has no tables yet.
    """
    connection = await connect_admin(settings, database_name(agency))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.fetchval(LOOK)
            yield OpenSnapshot(agency, connection)
    finally:
        await connection.close()


LOOK = "select pg_current_snapshot()"
"""The first statement decides what the transaction sees."""
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
RANGE_END = """
select least(
    coalesce((select key from stream where key > $1 order by key offset $2 limit 1), $3),
    coalesce((select id from referral where id > $1 order by id offset $2 limit 1), $3)
)
"""


class OpenSnapshot:
    """One agency's database as it was when it was opened."""

    def __init__(self, agency: Address, connection: Connection) -> None:
        self._agency, self._connection = agency, connection

    async def range_end(self, after: UUID, rows: int) -> UUID:
        """Return up to which key there are about so many streams and referrals; `LAST` where no more are."""
        with _migrated(self._agency):
            end: UUID = await self._connection.fetchval(RANGE_END, after, rows, LAST)
        return end

    async def read(self, after: UUID = FIRST, until: UUID = LAST) -> Snapshot:
        """Read what has a key after one and up to another."""
        with _migrated(self._agency):
            return await self._read(self._connection, after, until)

    async def _read(self, connection: Connection, after: UUID, until: UUID) -> Snapshot:
        keyed = Snapshot(
            agency=self._agency,
            streams=await _streams(connection, after, until),
            referrals=await _referrals(connection, after, until),
        )
        if after != FIRST:
            return keyed
        return replace(
            keyed,
            outbox=await read_outbox(connection),
            parked=await read_parked(connection),
            quarantine=await read_quarantine(connection),
            room=await read_room(connection),
            inquiries=await count_inquiries(connection),
            unnamed=await read_unnamed(connection),
        )


@contextmanager
def _migrated(agency: Address) -> Iterator[None]:
    try:
        yield
    except asyncpg.UndefinedTableError as error:
        raise not_migrated(agency, error) from error


def not_migrated(agency: Address, error: Exception) -> CentreError:
    """Return the error for an agency's database without tables."""
    return CentreError(
        f"The database {database_name(agency)} has not been migrated: {error}. Run ieum migrate first."
    )


STREAMS = """
select stream.key, peer.address, stream.family, stream.said, stream.heard, stream.stopped
from stream join peer on peer.id = stream.peer
where stream.key > $1 and stream.key <= $2
"""


async def _streams(connection: Connection, after: UUID, until: UUID) -> dict[StreamName, HeadNumbers]:
    return {
        StreamName(row["key"], row["address"], FAMILIES[row["family"]]): HeadNumbers(
            row["said"], row["heard"], row["stopped"]
        )
        for row in await connection.fetch(STREAMS, after, until)
    }


REFERRALS = """
select referral.id, referral.recipient, peer.address, referral.programme, referral.state,
       referral.closed_as, referral.ask_ids::text as ask_ids
from referral join peer on peer.id = referral.peer
where referral.id > $1 and referral.id <= $2
"""


async def _referrals(connection: Connection, after: UUID, until: UUID) -> dict[UUID, Copy]:
    return {
        row["id"]: Copy(
            row["recipient"],
            row["address"],
            row["programme"],
            row["state"],
            row["closed_as"],
            tuple(map(UUID, row["ask_ids"].strip("{}").replace(",", " ").split())),
        )
        for row in await connection.fetch(REFERRALS, after, until)
    }
