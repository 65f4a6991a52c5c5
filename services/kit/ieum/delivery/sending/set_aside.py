"""What cannot be sent now is set aside: events and what is said once wait, other notices are dropped."""

from collections.abc import Collection, Sequence

from asyncpg import Connection, Record

from ieum_contracts import envelope
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.delivery import StreamHeads, StreamHeadsAnswered, StreamResendAsked

_SAID_AGAIN = {
    name
    for name, each in EVENT_TYPES.items()
    if each.model in {StreamHeads, StreamHeadsAnswered, StreamResendAsked}
}
"""Notices that are said anew from state; all others, as a refusal, are said once."""

_ALL = """
update outbox set held = true where id = any(array(
    select id from outbox where peer = $1 and family = $2 and not held order by id limit $3
))
"""
_THESE = "update outbox set held = true where id = any($1::bigint[])"
_NOTICES = "update notice set held = true where id = any($1::bigint[])"
_DROP = "delete from notice where id = any($1::bigint[])"


async def set_all_aside(connection: Connection, peer: int, family: int, rows: int) -> None:
    """Set aside the oldest events that wait for a mailbox."""
    await connection.execute(_ALL, peer, family, rows)


async def set_aside(connection: Connection, events: Sequence[int]) -> None:
    """Set aside these events."""
    await connection.execute(_THESE, events)


async def set_notices_aside(connection: Connection, notices: Sequence[Record]) -> int:
    """Set aside these notices, or drop those that are said again; returns how many were dropped."""
    dropped = {row["id"] for row in notices if _is_said_again(row["headers"])}
    if dropped:
        await connection.execute(_DROP, list(dropped))
    if kept := [row["id"] for row in notices if row["id"] not in dropped]:
        await connection.execute(_NOTICES, kept)
    return len(dropped)


def _is_said_again(headers: bytes) -> bool:
    return dict(envelope.from_canonical(headers)).get("ce_type", b"").decode() in _SAID_AGAIN


_RELEASE = """
with peers as materialized (
    select id as peer from peer where $2::smallint[] is null or id = any($2)
), told as (
    update notice set held = false where id = any(array(
        select n.id from peers cross join lateral (
            select id from notice
            where (peer, id) > (peers.peer, 0) and (peer, id) < (peers.peer + 1, 0) and held
            order by peer, id limit $1
        ) n
    ))
    returning peer
), events as (
    update outbox set held = false where id = any(array(
        select o.id from peers cross join lateral (
            select id from outbox
            where (peer, id) > (peers.peer, 0) and (peer, id) < (peers.peer + 1, 0) and held and id > 0
            order by peer, id limit $1
        ) o
    ))
    returning peer
)
select peer from (
    select peer, count(*) as rows from told group by peer
    union all select peer, count(*) from events group by peer
) released where rows = $1
"""


async def release(connection: Connection, rows: int, peers: Collection[int] | None = None) -> frozenset[int]:
    """Release the oldest events and notices that were set aside, so many of each peer, or of these alone.

    Each peer has its share, for what is released for one that is still away is set aside again. Returns the
    peers for whom there may be more.
    """
    released = await connection.fetch(_RELEASE, rows, None if peers is None else sorted(peers))
    return frozenset(row["peer"] for row in released)
