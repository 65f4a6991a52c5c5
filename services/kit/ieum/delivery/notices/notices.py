"""Notices about delivery: written for a peer's delivery mailbox, and read from our own."""

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection
from uuid_utils.compat import uuid7

from ieum.delivery.application import Untaken
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.statement_status import affected
from ieum.delivery.streams.stream import FAMILY_NUMBERS, StreamKey
from ieum_contracts import envelope
from ieum_contracts.catalogue import (
    dataschema_of,
    encode,
    type_of,
)
from ieum_contracts.delivery import StreamParked, StreamRefused, StreamResendAsked, StreamSkipped
from ieum_contracts.envelope import Envelope
from ieum_contracts.model import Model
from ieum_contracts.topics import STREAM_FAMILIES, Family

RESENT_MAX = 1_000
"""Events sent again for one question; the peer asks for the rest when these have come."""
RESENT_IN_BATCH_MAX = 5_000
"""Events sent again for all questions of a batch, which is one transaction. Who misses more asks again."""
LOST, LOST_CODE = "lost", "sequence.lost"
"""The kind and the code stored for an event that nobody can send again."""

_TELL = """
insert into notice (peer, key, headers, body)
select * from unnest($1::smallint[], $2::uuid[], $3::bytea[], $4::bytea[])
"""


async def tell(
    connection: Connection,
    context: DeliveryContext,
    notices: Sequence[tuple[StreamKey, Model]],
    now: datetime,
) -> None:
    """Write notices for the relay, in the transaction that they report about."""
    if notices:
        await context.peers.load_numbers(connection, (stream.peer for stream, _ in notices))
        await connection.execute(
            _TELL,
            [stream.peer for stream, _ in notices],
            [stream.key for stream, _ in notices],
            [_headers(context, stream, body, now) for stream, body in notices],
            [encode(body) for _, body in notices],
        )


_KEEP = """
with kept as (
    insert into told (key, peer, family, sequence, kind, reason, at)
    select $1, $2, $3, $4, $5, $6, now()
    where exists (
        select from stream where key = $1 and peer = $2 and family = $3 and said >= $4
    )
    on conflict (key, peer, family, sequence, kind) do update set reason = excluded.reason, at = excluded.at
    returning xmax = 0 as first
)
select l.event_id, l.type, l.digest from kept
cross join lateral (
    select event_id, type, digest from ledger
    where key = $1 and peer = $2 and family = $3 and said and sequence = $4 limit 1
) l
where kept.first
"""


async def keep_told(
    connection: Connection,
    context: DeliveryContext,
    peer: int,
    told: StreamParked | StreamRefused | StreamSkipped,
) -> list[Untaken]:
    """Store what a peer reports about a stream on which this agency said something.

    Returns what had no effect there, once. A refused or skipped event is ours only if it is the very event
    in our ledger: another digest means that the peer heard something else under our number.
    """
    kind = told.__class__.__name__.removeprefix("Stream").lower()
    place = (told.key, peer, _number(told.family), told.sequence)
    row = await connection.fetchrow(_KEEP, *place, kind, told.reason)
    if row is None or isinstance(told, StreamParked):
        return []
    if told.digest not in {None, row["digest"].hex()}:
        return []
    if isinstance(told, StreamRefused) and told.event != row["event_id"]:
        return []
    address = context.peers.address(peer)
    return [Untaken(address, told.key, row["event_id"], row["type"], kind, told.reason)]


_RESEND = """
insert into outbox (key, peer, family, sequence, resent)
select key, peer, family, sequence, true from ledger
where key = $1 and peer = $2 and family = $3 and said and sequence >= $4
    and sequence <= coalesce($5::bigint, sequence) and body is not null
    and digest = sha256(headers || sha256(body))
order by sequence limit $6
on conflict (key, peer, family, sequence) where resent do nothing
"""
_GONE = """
select sequence from ledger
where key = $1 and peer = $2 and family = $3 and said and sequence >= $4
    and sequence <= coalesce($5::bigint, sequence)
    and (body is null or digest <> sha256(headers || sha256(body)))
order by sequence limit $6
"""


async def send_again(
    connection: Connection,
    context: DeliveryContext,
    peer: int,
    asked: StreamResendAsked,
    events_max: int = RESENT_MAX,
) -> tuple[int, list[Untaken]]:
    """Put what a peer misses into the outbox again, from the ledger.

    Returns how many events were put there, and what the ledger no longer holds.
    An event with an erased note is gone as well: under another digest the peer, which may have heard
    it meanwhile, would take it for a conflict.
    """
    place = (asked.key, peer, _number(asked.family))
    numbers = (asked.first, asked.last, min(RESENT_MAX, events_max))
    status: str = await connection.execute(_RESEND, *place, *numbers)
    untaken = []
    for row in await connection.fetch(_GONE, *place, *numbers):
        kept = await connection.fetchrow(_KEEP, *place, row["sequence"], LOST, LOST_CODE)
        if kept is not None:
            said = (kept["event_id"], kept["type"])
            untaken.append(Untaken(context.peers.address(peer), asked.key, *said, LOST, LOST_CODE))
    return affected(status), untaken


def _number(family: Family) -> int:
    return FAMILY_NUMBERS[family] if family in STREAM_FAMILIES else 0


def _headers(context: DeliveryContext, stream: StreamKey, body: Model, now: datetime) -> bytes:
    event = Envelope(
        id=uuid7(),
        source=context.me,
        type=type_of(body),
        time=now,
        subject=str(stream.key),
        recipient=context.peers.address(stream.peer),
        dataschema=dataschema_of(body),
    )
    return envelope.canonical(envelope.write(event))
