"""Streams that need attention, read page by page: each kind of trouble by an index of its own."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Connection, Record

Place = tuple[UUID, int, int, int, str]
"""After which a page begins: key, peer, family, number and state of the last one that was shown."""

_TROUBLED = """
with recursive first_waiting as (
    (
        select key, peer, family, sequence from parked
        where (key, peer, family, sequence) >= ($2::uuid, $3::smallint, $4::smallint, 0::bigint)
            and ($1::text is null or $1 = 'parked')
        order by key, peer, family, sequence limit 1
    )
    union all
    select n.key, n.peer, n.family, n.sequence
    from first_waiting f cross join lateral (
        select key, peer, family, sequence from parked
        where (key, peer, family, sequence) > (f.key, f.peer, f.family, 9223372036854775807)
        order by key, peer, family, sequence limit 1
    ) n
), parked_first as (
    select p.* from first_waiting f cross join lateral (
        select key, peer, family, 'parked' as state, sequence, reason, attempts, since, retry_at from parked
        where key = f.key and peer = f.peer and family = f.family and sequence = f.sequence and not dead
        limit 1
    ) p
    where (p.key, p.peer, p.family, p.sequence, p.state) > ($2, $3, $4, $5::bigint, $6::text) limit $7
), dead_first as (
    select p.key, p.peer, p.family, 'dead' as state, p.sequence, p.reason, p.attempts, p.since, p.retry_at
    from parked p cross join lateral (
        select sequence from parked
        where (key, peer, family, sequence) >= (p.key, p.peer, p.family, 0)
        order by key, peer, family, sequence limit 1
    ) f
    where p.dead and f.sequence = p.sequence and ($1 is null or $1 = 'dead')
        and (p.key, p.peer, p.family, p.sequence) >= ($2, $3, $4, $5)
        and (p.key, p.peer, p.family, p.sequence, 'dead') > ($2, $3, $4, $5, $6)
    order by p.key, p.peer, p.family, p.sequence limit $7
), held_first as (
    select key, peer, family, 'held' as state, min(sequence) as sequence, 'broker.refused' as reason,
        count(*) as waiting
    from outbox where held and key >= $2 and ($1 is null or $1 = 'held')
    group by key, peer, family order by key, peer, family limit $7 + 1
), stopped as (
    select key, peer, family, heard + 1 as sequence, stopped as reason
    from stream where stopped is not null and key >= $2 and ($1 is null or $1 = 'stopped')
        and (key, peer, family) >= ($2, $3, $4)
    order by key, peer, family limit $7 + 1
), fated as (
    select key, peer, family, fate as state, sequence, reason, at
    from ledger
    where fate <> 'applied' and (key, peer, family, sequence) >= ($2, $3, $4, $5)
        and ($1 is null or fate = $1) and (key, peer, family, sequence, fate) > ($2, $3, $4, $5, $6)
    order by key, peer, family, sequence limit $7
), at_peer as (
    select key, peer, family, kind || '-at-peer' as state, sequence, reason, at
    from told
    where (key, peer, family, sequence) >= ($2, $3, $4, $5) and ($1 is null or kind || '-at-peer' = $1)
        and (key, peer, family, sequence, kind || '-at-peer') > ($2, $3, $4, $5, $6)
    order by key, peer, family, sequence, kind limit $7
), troubled as (
    select key, peer, family, state, sequence, reason, attempts, since, retry_at, 0::bigint as waiting
    from parked_first
    union all
    select key, peer, family, state, sequence, reason, attempts, since, retry_at, 0 from dead_first
    union all
    select key, peer, family, state, sequence, reason, null, null, null, waiting from held_first
    union all
    select key, peer, family, 'stopped', sequence, reason, null, null, null, 0 from stopped
    union all
    select key, peer, family, state, sequence, reason, null, at, null, 0 from fated
    union all
    select key, peer, family, state, sequence, reason, null, at, null, 0 from at_peer
)
select t.key, t.peer, t.family, t.state, t.sequence, t.reason, t.attempts, t.since, t.retry_at,
    case when t.state in ('parked', 'dead') then (
        select count(*) from parked
        where (key, peer, family, sequence) >= (t.key, t.peer, t.family, 0)
            and (key, peer, family, sequence) <= (t.key, t.peer, t.family, 9223372036854775807)
    ) else t.waiting end as waiting,
    coalesce(s.said, 0) as said, coalesce(s.heard, 0) as heard
from (
    select * from troubled
    where (key, peer, family, sequence, state) > ($2, $3, $4, $5, $6)
    order by key, peer, family, sequence, state limit $7
) t
left join lateral (
    select said, heard from stream
    where key = t.key and peer = t.peer and family = t.family limit 1
) s on true
order by t.key, t.peer, t.family, t.sequence, t.state
"""


async def read_troubled(
    connection: Connection, state: str | None, after: Place, limit: int
) -> Sequence[Record]:
    """Return the streams behind a place in which something waits, stopped, was refused or was skipped."""
    rows: Sequence[Record] = await connection.fetch(_TROUBLED, state, *after, limit)
    return rows
