"""Parking: events that wait for a predecessor, a referral, newer contracts, or a repair on our side."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record

from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.records.received import NotLoaded, VerifiedEvent
from ieum.delivery.records.verification import heard
from ieum.delivery.streams.stream import FAMILIES, StreamKey, StreamPlace
from ieum_contracts import envelope
from ieum_contracts.catalogue import Invalid

WOKEN_MAX = 100
PARKED_LOADED_MAX = 5000
STREAM_BYTES_LOADED, BYTES_LOADED = 2**20, 2**25
"""Bodies that are loaded of one stream, the first ones, and of all: what is behind a gap may be very much."""

_LOAD = """
with recursive stream_of as (
    select f.* from unnest($1::uuid[]) as k (key) cross join lateral (
        select key, peer, family from parked
        where (key, peer, family, sequence) >= (k.key, 0, 0, 0) and key = k.key
        order by key, peer, family, sequence limit 1
    ) f
    union all
    select n.* from stream_of s cross join lateral (
        select key, peer, family from parked
        where (key, peer, family, sequence) > (s.key, s.peer, s.family, 9223372036854775807) and key = s.key
        order by key, peer, family, sequence limit 1
    ) n
)
select p.key, p.peer, p.family, sequence, headers, digest, unkept, reason, since, attempts, dead, retry_at,
    told, coalesce(s.heard, 0) as heard, case when of_stream <= $3 and of_all <= $4 then body end as body
from (
    select *, sum(octet_length(body)) over (partition by key, peer, family order by sequence) as of_stream,
        sum(octet_length(body)) over (order by turn, key, peer, family) as of_all
    from (
        select waiting.* from stream_of s cross join lateral (
            select r.*, row_number() over (order by r.sequence) as turn from (
                select * from parked where key = s.key and peer = s.peer and family = s.family
                order by sequence limit $2
            ) r
        ) waiting
        order by turn, key, peer, family limit $2
    ) first
) p
left join lateral (
    select heard from stream where key = p.key and peer = p.peer and family = p.family limit 1
) s on true
order by p.key, p.peer, p.family, sequence
"""


async def load_parked(
    connection: Connection, keys: Collection[UUID], arriving: AbstractSet[StreamPlace] = frozenset()
) -> list[ParkedEvent]:
    """Load what waits under these keys and may be tried, in stream order; the first bodies with it.

    Each stream has its share: what one peer has said very much of stands in nobody else's way.

    `arriving` is what the batch itself brings: it may fill the gap before what waits, or be there already.
    The first event of each stream is always loaded: another process may hear its predecessor meanwhile.
    """
    limits = PARKED_LOADED_MAX, STREAM_BYTES_LOADED, BYTES_LOADED
    rows = await connection.fetch(_LOAD, list({*keys}), *limits)
    turns: dict[StreamKey, int] = {}
    loaded = []
    for row in rows:
        place = StreamPlace(StreamKey(row["key"], row["peer"], row["family"]), row["sequence"])
        is_first = place.stream not in turns
        turn = turns.get(place.stream, row["heard"] + 1)
        while (place.stream, turn) in arriving:
            turn += 1
        may_be_tried = place.sequence <= turn
        turns[place.stream] = max(turn, place.sequence + 1) if may_be_tried else turn
        if may_be_tried or is_first or place in arriving:
            loaded.append(_parked(place.stream, row, may_be_tried=may_be_tried))
    return loaded


def _parked(stream: StreamKey, row: Record, *, may_be_tried: bool) -> ParkedEvent:
    return ParkedEvent(
        stream=stream,
        heard=_heard(row, may_be_tried=may_be_tried),
        reason=row["reason"],
        since=row["since"],
        attempts=row["attempts"],
        dead=row["dead"],
        retry_at=row["retry_at"],
        stored=True,
        told=row["told"],
    )


_PARK = """
insert into parked (key, peer, family, sequence, event_id, type, headers, body, digest, unkept,
                    reason, since, attempts, dead, retry_at, told)
select * from unnest(
    $1::uuid[], $2::smallint[], $3::smallint[], $4::bigint[], $5::uuid[], $6::text[], $7::bytea[],
    $8::bytea[], $9::bytea[], $10::text[], $11::text[], $12::timestamptz[], $13::smallint[], $14::bool[],
    $15::timestamptz[], $16::bool[]
)
on conflict (key, peer, family, sequence) do update set
    reason = excluded.reason, since = excluded.since, attempts = excluded.attempts, dead = excluded.dead,
    retry_at = excluded.retry_at, told = excluded.told
"""


async def park(connection: Connection, parked: Sequence[ParkedEvent]) -> None:
    """Write events that wait, or wait again."""
    if parked:
        await connection.execute(
            _PARK,
            [p.stream.key for p in parked],
            [p.stream.peer for p in parked],
            [p.stream.family for p in parked],
            [p.heard.sequence for p in parked],
            [p.heard.envelope.id for p in parked],
            [p.heard.envelope.type for p in parked],
            [p.heard.headers for p in parked],
            [b"" if p.heard.unkept else p.heard.body for p in parked],
            [p.heard.digest for p in parked],
            [p.heard.unkept for p in parked],
            [p.reason for p in parked],
            [p.since for p in parked],
            [p.attempts for p in parked],
            [p.dead for p in parked],
            [p.retry_at for p in parked],
            [p.told for p in parked],
        )


_UNPARK = """
delete from parked where key = any($1::uuid[]) and (key, peer, family, sequence) in (
    select * from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::bigint[])
)
"""


async def unpark(connection: Connection, places: Sequence[tuple[StreamKey, int]]) -> None:
    """Remove events that no longer wait."""
    if places:
        await connection.execute(
            _UNPARK,
            [stream.key for stream, _ in places],
            [stream.peer for stream, _ in places],
            [stream.family for stream, _ in places],
            [sequence for _, sequence in places],
        )


_DUE = """
select distinct d.key
from (
    select p.key
    from parked p
    cross join lateral (
        select heard, stopped from stream where key = p.key and peer = p.peer and family = p.family limit 1
    ) s
    where p.retry_at <= $1 and p.sequence <= s.heard + 1 and not p.dead and s.stopped is null
        and not exists (select from source where source.peer = p.peer and source.held is not null)
    order by p.retry_at limit $2
) d
"""


async def due_keys(connection: Connection, now: datetime) -> list[UUID]:
    """Return the keys with an event whose retry time has come, those that are due for longest first."""
    return [row["key"] for row in await connection.fetch(_DUE, now, WOKEN_MAX)]


def _heard(row: Record, *, may_be_tried: bool) -> VerifiedEvent:
    event = envelope.read(envelope.from_canonical(row["headers"]))
    family, body = FAMILIES[row["family"]], row["body"]
    if row["unkept"] is None and body is not None and may_be_tried:
        return heard(family, row["key"], row["sequence"], event, headers=row["headers"], body=body)
    content = NotLoaded() if row["unkept"] is None else Invalid(row["unkept"])
    return VerifiedEvent(
        family, row["key"], row["sequence"], event, row["headers"], body or b"", row["digest"], content
    )
