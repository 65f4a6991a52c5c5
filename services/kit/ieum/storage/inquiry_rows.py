"""Inquiries as rows: locked and read, written many at once with what cites them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.inquiry_values import Citation, Inquiry
from ieum.delivery.streams.peers import Peers

_LOCK = """
select q.* from unnest($1::uuid[]) as i (id)
cross join lateral (select * from inquiry where id = i.id limit 1 for update) q
"""


async def lock_inquiries(connection: Connection, peers: Peers, ids: Collection[UUID]) -> list[Inquiry]:
    """Lock and read inquiries, in ascending order of ids; those that do not exist are left out."""
    return await _inquiries(connection, peers, await connection.fetch(_LOCK, sorted(ids)) if ids else [])


_GROUP = "select * from inquiry where asking = $1 order by place limit $2"


_READ = "select * from inquiry where id = $1"


async def read_inquiry(connection: Connection, peers: Peers, inquiry: UUID) -> Inquiry | None:
    """Read an inquiry without a lock; None where there is none."""
    found = await _inquiries(connection, peers, await connection.fetch(_READ, inquiry))
    return next(iter(found), None)


async def read_group(connection: Connection, peers: Peers, group: UUID, limit: int) -> list[Inquiry]:
    """Read what one call has asked, in its order."""
    return await _inquiries(connection, peers, await connection.fetch(_GROUP, group, limit))


_CITED = """
select i.* from citation c cross join lateral (select * from inquiry where id = c.inquiry limit 1) i
where c.referral = $1
"""


async def read_cited(connection: Connection, peers: Peers, referral: UUID) -> Inquiry | None:
    """Read the inquiry that a referral cites, where both its ends have kept it."""
    found = await _inquiries(connection, peers, await connection.fetch(_CITED, referral))
    return next(iter(found), None)


def inquiry_row(inquiry: Inquiry, peers: Peers) -> tuple[object, ...]:
    """Return an inquiry as a database row (`inquiry_row`)."""
    return (
        inquiry.id,
        inquiry.asked_here,
        peers.number(inquiry.peer),
        inquiry.group,
        inquiry.place,
        list(inquiry.programmes),
        inquiry.asked_at,
        inquiry.answer,
        inquiry.answered_at,
        inquiry.assessment,
        inquiry.refused,
        inquiry.cited,
        inquiry.erased,
    )


def citation_row(citation: Citation) -> tuple[object, ...]:
    """Return a citation as a database row (`citation_row`)."""
    return (citation.referral, citation.inquiry)


async def _inquiries(connection: Connection, peers: Peers, rows: Sequence[Record]) -> list[Inquiry]:
    await peers.load_numbers(connection, (row["peer"] for row in rows))
    return [_inquiry(row, peers) for row in rows]


def _inquiry(row: Record, peers: Peers) -> Inquiry:
    return Inquiry(
        id=row["id"],
        peer=peers.address(row["peer"]),
        programmes=tuple(row["programmes"]),
        asked_at=row["asked_at"],
        asked_here=row["asked_here"],
        group=row["asking"],
        place=row["place"],
        answer=row["answer"],
        answered_at=row["answered_at"],
        assessment=row["assessment"],
        refused=row["refused"],
        cited=row["cited"],
        erased=row["erased"],
    )
