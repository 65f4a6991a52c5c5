"""What peers say that they have said and that has not come: looked at in turns, and forgotten once it has."""

from datetime import timedelta

from asyncpg import Connection

from ieum.delivery.streams.stream import StreamKey

LOOKED_AT_MAX = 2_000
"""Streams in one turn, which takes a tenth of a second where a million events wait."""

_LOOK = """
with looked_at as materialized (
    select key, peer, family, said from expected
    where since <= now() - $1::interval and (asked_at is null or asked_at <= now() - $1::interval)
    order by asked_at nulls first, since limit $2
), found as materialized (
    select l.*, coalesce(s.heard, 0) as heard,
        l.said > coalesce(s.heard, 0) and s.stopped is null and not exists (
            select from parked
            where key = l.key and peer = l.peer and family = l.family and sequence = coalesce(s.heard, 0) + 1
        ) as missing
    from looked_at l
    left join lateral (
        select heard, stopped from stream where key = l.key and peer = l.peer and family = l.family limit 1
    ) s on true
), asked as materialized (
    select key, peer, family, heard + 1 as first, said as last from found where missing limit $3
), forgotten as (
    delete from expected e using found f
    where e.key = f.key and e.peer = f.peer and e.family = f.family and e.said <= f.heard
), noted as (
    update expected e set asked_at = now() from found f
    where e.key = f.key and e.peer = f.peer and e.family = f.family and f.said > f.heard and (
        not f.missing
        or exists (select from asked a where a.key = f.key and a.peer = f.peer and a.family = f.family)
    )
)
select * from asked
"""


async def missing_numbers(
    connection: Connection, age: timedelta, limit: int
) -> list[tuple[StreamKey, int, int]]:
    """Return the numbers (first, last) that a peer said this long ago and that never came, by stream.

    Those looked at longest ago come first, so that what nobody can send does not delay the others.
    """
    rows = await connection.fetch(_LOOK, age, LOOKED_AT_MAX, limit)
    return [(StreamKey(*row[:3]), row[3], row[4]) for row in rows]
