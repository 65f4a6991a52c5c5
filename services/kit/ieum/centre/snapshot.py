"""Reads from one agency's database what reconciling compares: streams, referrals and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import asyncpg

from ieum.centre.centre_file import CentreError, database_name
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.postgres import Connection, connect_admin
from ieum.centre.room_copies import RoomOf, count_inquiries, read_room
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.address import Address
from ieum_contracts.topics import Family

ROWS_NAMED_MAX = 100
"""Rows of a kind that are read one by one; of further ones only the number."""


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
class Waiting:
    """Something left waiting: where, about what, and why."""

    what: str
    reason: str | None = None
    key: UUID | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The data of one agency, read in one transaction."""

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


async def read_snapshot(settings: CentreSettings, agency: Address) -> Snapshot:
    """Read an agency's snapshot; raises CentreError when its database is missing or has no tables yet."""
    connection = await connect_admin(settings, database_name(agency))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return Snapshot(
                agency=agency,
                streams=await _streams(connection),
                referrals=await _referrals(connection),
                outbox=await _outbox(connection),
                parked=await _parked(connection),
                quarantine=await _quarantine(connection),
                room=await read_room(connection),
                inquiries=await count_inquiries(connection),
                unnamed=await _unnamed(connection),
            )
    except asyncpg.UndefinedTableError as error:
        raise not_migrated(agency, error) from error
    finally:
        await connection.close()


def not_migrated(agency: Address, error: Exception) -> CentreError:
    """Return the error for an agency's database without tables."""
    return CentreError(
        f"The database {database_name(agency)} has not been migrated: {error}. Run ieum migrate first."
    )


STREAMS = """
select stream.key, peer.address, stream.family, stream.said, stream.heard, stream.stopped
from stream join peer on peer.id = stream.peer
"""


async def _streams(connection: Connection) -> dict[StreamName, HeadNumbers]:
    return {
        StreamName(row["key"], row["address"], FAMILIES[row["family"]]): HeadNumbers(
            row["said"], row["heard"], row["stopped"]
        )
        for row in await connection.fetch(STREAMS)
    }


REFERRALS = """
select referral.id, referral.recipient, peer.address, referral.programme, referral.state,
       referral.closed_as, referral.ask_ids::text as ask_ids
from referral join peer on peer.id = referral.peer
"""


async def _referrals(connection: Connection) -> dict[UUID, Copy]:
    return {
        row["id"]: Copy(
            row["recipient"],
            row["address"],
            row["programme"],
            row["state"],
            row["closed_as"],
            tuple(map(UUID, row["ask_ids"].strip("{}").replace(",", " ").split())),
        )
        for row in await connection.fetch(REFERRALS)
    }


OUTBOX = """
select outbox.key, peer.address, outbox.family, outbox.sequence
from outbox join peer on peer.id = outbox.peer order by outbox.id limit $1
"""


async def _outbox(connection: Connection) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(
            f"{FAMILIES[row['family']]} event {row['sequence']} on {row['key']} for {row['address']}",
            key=row["key"],
        )
        for row in await connection.fetch(OUTBOX, ROWS_NAMED_MAX)
    )


PARKED = """
select parked.key, peer.address, parked.family, parked.sequence, parked.type, parked.reason, parked.dead
from parked join peer on peer.id = parked.peer order by parked.since limit $1
"""


async def _parked(connection: Connection) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(
            f"{row['type']}, {FAMILIES[row['family']]} event {row['sequence']} on {row['key']} "
            f"from {row['address']}",
            f"{row['reason']}, given up" if row["dead"] else row["reason"],
            row["key"],
        )
        for row in await connection.fetch(PARKED, ROWS_NAMED_MAX)
    )


QUARANTINE = """
select topic, partition, "offset", reason from quarantine order by id limit $1
"""


async def _quarantine(connection: Connection) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(f"record {row['offset']} of partition {row['partition']} of {row['topic']}", row["reason"])
        for row in await connection.fetch(QUARANTINE, ROWS_NAMED_MAX)
    )


UNNAMED = """
select (select count(*) from outbox) as outbox, (select count(*) from parked) as parked,
    (select count(*) from quarantine) as quarantine
"""


async def _unnamed(connection: Connection) -> dict[str, int]:
    row = await connection.fetchrow(UNNAMED)
    return {kind: max(0, count - ROWS_NAMED_MAX) for kind, count in dict(row or {}).items()}
