"""Parking: events that wait for a predecessor, a referral, newer contracts, or a repair on our side."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from asyncpg import Connection, Record

from ieum.delivery.records.received import NotLoaded, VerifiedEvent
from ieum.delivery.records.verification import heard
from ieum.delivery.streams.stream import FAMILIES, StreamKey
from ieum_contracts import envelope
from ieum_contracts.catalogue import Invalid

RETRY_DELAYS = tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 600, 3600))
"""A failed fold is retried after each of these; then the event is dead until an operator acts."""
SPREAD, BYTE = 0.2, 256
"""How much shorter a delay may be, from the event's digest: the fold is pure and has no random numbers."""
AWAITING_DELAY, AWAITING_DELAY_MAX = timedelta(seconds=30), timedelta(hours=1)
"""An event that is early is retried after half the time for which it has waited, within these bounds."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When an event that we do not understand is retried, unless newer contracts come first."""
NOT_UNDERSTOOD = ("type.unknown", "version.unknown", "value.unknown")
WOKEN_MAX = 100
PARKED_LOADED_MAX = 5000
STREAM_BYTES_LOADED, BYTES_LOADED = 2**20, 2**25
"""Bodies that are loaded of one stream, the first ones, and of all: what is behind a gap may be very much."""


@dataclass(slots=True)
class ParkedEvent:
    """One event that waits in its stream. `retry_at` is None when it waits only for its predecessor."""

    stream: StreamKey
    heard: VerifiedEvent
    reason: str
    since: datetime
    attempts: int = 0
    dead: bool = False
    retry_at: datetime | None = None
    stored: bool = False
    told: bool = False

    def fail(self, now: datetime) -> None:
        """Count one more failure of our fold, and set the next retry, or mark the event dead."""
        self.dead = self.attempts >= len(RETRY_DELAYS)
        self.retry_at = None if self.dead else now + RETRY_DELAYS[self.attempts] * self._spread()
        self.attempts += 1

    def _spread(self) -> float:
        """Return a fraction that differs from event to event, so that not all are retried at once."""
        return 1 - SPREAD * self.heard.digest[-1] / BYTE

    def await_another(self, reason: str, now: datetime) -> None:
        """Wait for another event of the key, which wakes it, and look from time to time, ever more seldom."""
        delay = min(max((now - self.since) / 2, AWAITING_DELAY), AWAITING_DELAY_MAX)
        self.reason, self.retry_at = reason, now + delay

    def await_contracts(self, reason: str, now: datetime) -> None:
        """Wait for newer contracts, from the time at which they were found to be needed."""
        if self.reason != reason:
            self.since = now
        self.reason, self.retry_at = reason, NEVER


_LOAD = """
select key, peer, family, sequence, headers, digest, unkept, reason, since, attempts, dead, retry_at, told,
    case when of_stream <= $3 and of_all <= $4 then body end as body
from (
    select *, sum(octet_length(body)) over (partition by key, peer, family order by sequence) as of_stream,
        sum(octet_length(body)) over (order by key, peer, family, sequence) as of_all
    from (
        select * from parked where key = any($1::uuid[]) order by key, peer, family, sequence limit $2
    ) first
) p order by key, peer, family, sequence
"""


async def load_parked(connection: Connection, keys: Collection[UUID]) -> list[ParkedEvent]:
    """Load the events that wait under these keys, in stream order, and the bodies of the first ones."""
    limits = PARKED_LOADED_MAX, STREAM_BYTES_LOADED, BYTES_LOADED
    rows = await connection.fetch(_LOAD, list(keys), *limits)
    return [
        ParkedEvent(
            stream=StreamKey(row["key"], row["peer"], row["family"]),
            heard=_heard(row),
            reason=row["reason"],
            since=row["since"],
            attempts=row["attempts"],
            dead=row["dead"],
            retry_at=row["retry_at"],
            stored=True,
            told=row["told"],
        )
        for row in rows
    ]


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


_WAKE_ALL = """
update parked set retry_at = $1 where not dead and reason = any($2::text[]) and since >= $3
"""


async def wake_for_new_contracts(connection: Connection, since: datetime, now: datetime) -> None:
    """Let this process retry what an older version did not understand since a time."""
    await connection.execute(_WAKE_ALL, now, list(NOT_UNDERSTOOD), since)


def _heard(row: Record) -> VerifiedEvent:
    event = envelope.read(envelope.from_canonical(row["headers"]))
    family, body = FAMILIES[row["family"]], row["body"]
    if row["unkept"] is None and body is not None:
        return heard(family, row["key"], row["sequence"], event, headers=row["headers"], body=body)
    content = NotLoaded() if row["unkept"] is None else Invalid(row["unkept"])
    return VerifiedEvent(
        family, row["key"], row["sequence"], event, row["headers"], body or b"", row["digest"], content
    )
