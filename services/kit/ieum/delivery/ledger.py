"""The ledger: everything said and heard, append-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.streams import StreamKey

SAID, HEARD = True, False
APPLIED, REFUSED, SKIPPED = "applied", "refused", "skipped"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event said or heard. `headers` are the canonical bytes; `body` is None where it is not kept."""

    stream: StreamKey
    said: bool
    sequence: int
    event_id: UUID
    type: str
    at: datetime
    headers: bytes
    digest: bytes
    body: bytes | None
    fate: str = APPLIED
    reason: str | None = None


_WRITE = """
with i as materialized (
    select * from unnest(
        $1::uuid[], $2::smallint[], $3::smallint[], $4::bool[], $5::bigint[], $6::uuid[], $7::text[],
        $8::timestamptz[], $9::bytea[], $10::bytea[], $11::bytea[], $12::text[], $13::text[]
    ) with ordinality as t (
        key, peer, family, said, sequence, event_id, type, at, headers, digest, body, fate, reason, o
    )
), written as (
    insert into ledger (
        key, peer, family, said, sequence, event_id, type, at, headers, digest, body, fate, reason
    )
    select key, peer, family, said, sequence, event_id, type, at, headers, digest, body, fate, reason from i
), sent as (
    insert into outbox (key, peer, family, sequence)
    select key, peer, family, sequence from i where said order by o
)
insert into feed (key, peer, family, said, sequence)
select key, peer, family, said, sequence from i where fate = 'applied' order by o
"""


async def write_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write entries in one statement; what was said also goes to the outbox, what counts to the feed."""
    if entries:
        await connection.execute(
            _WRITE,
            [e.stream.key for e in entries],
            [e.stream.peer for e in entries],
            [e.stream.family for e in entries],
            [e.said for e in entries],
            [e.sequence for e in entries],
            [e.event_id for e in entries],
            [e.type for e in entries],
            [e.at for e in entries],
            [e.headers for e in entries],
            [e.digest for e in entries],
            [e.body for e in entries],
            [e.fate for e in entries],
            [e.reason for e in entries],
        )


_DIGESTS = """
select l.key, l.peer, l.family, l.sequence, l.digest
from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::bigint[]) as i (key, peer, family, sequence)
cross join lateral (
    select * from ledger
    where key = i.key and peer = i.peer and family = i.family and not said and sequence = i.sequence limit 1
) l
"""


async def heard_digests(
    connection: Connection, places: Sequence[tuple[StreamKey, int]]
) -> dict[tuple[StreamKey, int], bytes]:
    """Look up the digests under which numbers were heard, to tell a duplicate from a conflict."""
    if not places:
        return {}
    rows = await connection.fetch(
        _DIGESTS,
        [stream.key for stream, _ in places],
        [stream.peer for stream, _ in places],
        [stream.family for stream, _ in places],
        [sequence for _, sequence in places],
    )
    return {(StreamKey(*row[:3]), row[3]): row[4] for row in rows}
