"""The ledger: everything said and heard; rows are only added, and only bodies are cleared later."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.streams.stream import StreamKey

SAID, HEARD = True, False
APPLIED, REFUSED, SKIPPED = "applied", "refused", "skipped"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One event said or heard. `headers` are the canonical bytes; `body` is None when it is not stored.

    The time comes from the database: only its clock decides what is past its retention period.
    """

    stream: StreamKey
    said: bool
    sequence: int
    event_id: UUID
    type: str
    headers: bytes
    digest: bytes
    body: bytes | None
    fate: str = APPLIED
    reason: str | None = None


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
    """Load the digests under which numbers were heard, to tell a duplicate from a conflict."""
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
