"""Erasing: clears the personal part of what was said and heard, wherever delivery stores it."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Connection
from pydantic_core import from_json, to_json

from ieum.delivery.streams.peers import Peers
from ieum.delivery.unsent_bodies import note_keys
from ieum_contracts.address import Address
from ieum_contracts.catalogue import EVENT_TYPES

PERSONAL = "sealed"
"""The one field of a body that holds everything personal."""
IMPERSONAL = sorted(
    name for name, each in EVENT_TYPES.items() if each.model and PERSONAL not in each.model.model_fields
)
"""The types of events whose bodies hold nothing personal."""
ERASED_MAX = 1_000
"""Streams whose remainder is cleared in one maintenance turn."""
STATEMENT_SECONDS_MAX = 60.0

Place = tuple[UUID, int]
"""The key and peer of what is erased."""

_CLEAR = """
update ledger o set body = null
where key = any($1::uuid[]) and not said and body is not null and exists (
    select from unnest($1::uuid[], $2::smallint[]) as i (key, peer)
    where i.key = o.key and coalesce(i.peer, o.peer) = o.peer
)
"""
_EMPTY = """
update parked o set body = '', unkept = 'body.erased'
where key = any($1::uuid[]) and unkept is null
    and (type <> all($3::text[]) or position($4::bytea in body) > 0) and exists (
        select from unnest($1::uuid[], $2::smallint[]) as i (key, peer)
        where i.key = o.key and coalesce(i.peer, o.peer) = o.peer
    )
"""


async def erase_heard(
    connection: Connection, peers: Peers, heard: Collection[tuple[UUID, Address | None]]
) -> None:
    """Clear what was heard under these keys, of one agency where one is named; headers and digests stay.

    A parked event will be refused, except one that holds nothing personal, as a withdrawal or the receipt of
    an erasure: it is taken in, as if it came later.
    """
    if not heard:
        return
    keys = [key for key, _ in heard]
    numbers = [None if source is None else peers.number(source) for _, source in heard]
    await connection.execute(_CLEAR, keys, numbers)
    await connection.execute(_EMPTY, keys, numbers, IMPERSONAL, f'"{PERSONAL}"'.encode())


_REMEMBER = """
insert into erasing (key, peer) select * from unnest($1::uuid[], $2::smallint[]) on conflict do nothing
"""
_WAITING = "select key, peer, family, sequence from outbox where key = any($1::uuid[])"
_SAID = """
select key, peer, family, sequence, body from ledger
where key = any($1::uuid[]) and said and body is not null
"""
_STRIP = """
update ledger set body = $5 where key = $1 and peer = $2 and family = $3 and said and sequence = $4
"""
_DONE = """
delete from erasing where key = any($1::uuid[]) and (key, peer) in (
    select * from unnest($1::uuid[], $2::smallint[])
)
"""


async def erase_said(connection: Connection, places: Sequence[Place]) -> None:
    """Clear the personal part of what was said to these peers under these keys; codes and digests stay.

    An event that is not sent yet keeps it until then: other bytes under its number would be a conflict
    for the peer. For the same reason what was cleared is not sent again (`notices.send_again`).
    """
    if not places:
        return
    await connection.execute(_REMEMBER, [key for key, _ in places], [peer for _, peer in places])
    await _erase(connection, places)


_CLEAR_SAID = """
update ledger l set body = null
where key = any($1::uuid[]) and said and body is not null and not exists (
    select from outbox o where o.key = l.key and o.peer = l.peer and o.family = l.family
        and o.sequence = l.sequence
)
"""


async def clear_said(connection: Connection, keys: Collection[UUID]) -> None:
    """Clear whole bodies said under these keys; what is not sent yet keeps its coded part until it is."""
    await connection.execute(_CLEAR_SAID, list(keys))
    await note_keys(connection, keys)


_REST = """
select key, peer from erasing e
where not exists (select from outbox o where o.key = e.key and o.peer = e.peer) limit $1
"""


async def erase_the_rest(connection: Connection) -> None:
    """Clear what could not be cleared before because it was not sent yet, and has been sent by now."""
    rows = await connection.fetch(_REST, ERASED_MAX)
    if rows:
        async with connection.transaction():
            await _erase(connection, [(row["key"], row["peer"]) for row in rows])


async def _erase(connection: Connection, places: Sequence[Place]) -> None:
    wanted, keys = set(places), sorted({key for key, _ in places})
    rows = await connection.fetch(_SAID, keys, timeout=STATEMENT_SECONDS_MAX)
    # in this order: what is said meanwhile is not among the rows, and what is sent meanwhile may be stripped
    unsent = {tuple(row) for row in await connection.fetch(_WAITING, keys)}
    waiting: set[Place] = set()
    stripped: list[tuple[object, ...]] = []
    for row in rows:
        place = (row["key"], row["peer"])
        content = from_json(row["body"])
        if place not in wanted or PERSONAL not in content:
            continue
        if (*place, row["family"], row["sequence"]) in unsent:
            waiting.add(place)
        else:
            del content[PERSONAL]
            stripped.append((*place, row["family"], row["sequence"], to_json(content)))
    await connection.executemany(_STRIP, stripped)
    done = sorted(wanted - waiting)
    await connection.execute(_DONE, [key for key, _ in done], [peer for _, peer in done])
