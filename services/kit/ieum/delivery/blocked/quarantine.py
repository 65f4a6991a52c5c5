"""Quarantine: records whose place is not verified, by reason and digest; no bytes (decision 44)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import structlog
from asyncpg import Connection

from ieum.delivery.blocked.source_breaker import NOBODY, WINDOW
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.limits import Limits
from ieum.delivery.records.received import UnverifiedRecord
from ieum_contracts.address import Address
from ieum_contracts.identifier_scan import contains_identifier
from ieum_contracts.topics import HEADERS_BYTES_MAX

HEADER_VALUE_SHOWN_MAX = 256
KEPT_MAX = 100_000

_log = structlog.get_logger(__name__)

_WRITE = """
insert into quarantine (topic, partition, "offset", reason, digest, headers, peer, at)
select t.*, now() from unnest(
    $1::text[], $2::integer[], $3::bigint[], $4::text[], $5::bytea[], $6::bytea[], $7::smallint[]
) as t (topic, partition, "offset", reason, digest, headers, peer)
on conflict (topic, partition, "offset") do nothing
"""


async def quarantine(
    connection: Connection, context: DeliveryContext, misplaced: Sequence[UnverifiedRecord], now: datetime
) -> Counter[int]:
    """Store digests and headers, and no headers that hold an identifier.

    Returns their number by source; beyond the limits they are counted and not stored.
    """
    if not misplaced:
        return Counter()
    by_source = [(_source(m, context), m) for m in misplaced]
    await _write(connection, await _within_limits(connection, context.limits, by_source, now))
    return Counter(peer for peer, _ in by_source)


_KEPT = """
select (select coalesce(max(id) - min(id) + 1, 0) from quarantine) as kept, peer, troubles
from unnest($1::smallint[]) as i (peer)
left join lateral (
    select troubles from source where peer = i.peer and since > $2 limit 1
) s on true
"""
_UNKEPT = """
insert into source (peer, since, unkept) select peer, $3, unkept
from unnest($1::smallint[], $2::bigint[]) as i (peer, unkept)
on conflict (peer) do update set unkept = source.unkept + excluded.unkept
returning peer, unkept
"""


async def _within_limits(
    connection: Connection, limits: Limits, by_source: Sequence[tuple[int, UnverifiedRecord]], now: datetime
) -> list[tuple[int, UnverifiedRecord]]:
    rows = await connection.fetch(_KEPT, sorted({peer for peer, _ in by_source}), now - WINDOW)
    room = {row["peer"]: limits.quarantined_of_a_source - (row["troubles"] or 0) for row in rows}
    room_for_all = KEPT_MAX - rows[0]["kept"]
    kept: list[tuple[int, UnverifiedRecord]] = []
    unkept: Counter[int] = Counter()
    for peer, misplaced in by_source:
        if room[peer] > 0 and len(kept) < room_for_all:
            room[peer] -= 1
            kept.append((peer, misplaced))
        else:
            unkept[peer] += 1
    if unkept:
        peers = sorted(unkept)
        await connection.execute(_UNKEPT, peers, [unkept[peer] for peer in peers], now)
        _log.warning("quarantine.full", records=unkept.total())
    return kept


async def _write(connection: Connection, kept: Sequence[tuple[int, UnverifiedRecord]]) -> None:
    misplaced = [m for _, m in kept]
    if kept:
        await connection.execute(
            _WRITE,
            [m.record.topic for m in misplaced],
            [m.record.partition for m in misplaced],
            [m.record.offset for m in misplaced],
            [m.reason for m in misplaced],
            [m.digest for m in misplaced],
            [_headers(m) for m in misplaced],
            [peer for peer, _ in kept],
        )


def _source(misplaced: UnverifiedRecord, context: DeliveryContext) -> int:
    """Return the peer that a record claims as its source; NOBODY when it is none that we know."""
    named = [value for name, value in misplaced.record.headers if name == "ce_source" and value]
    try:
        return context.peers.number(Address.parse(named[0].decode())) if len(named) == 1 else NOBODY
    except (KeyError, ValueError):
        return NOBODY


def _headers(misplaced: UnverifiedRecord) -> bytes:
    lines = (
        name.encode(errors="replace") + b"=" + (value or b"") for name, value in misplaced.record.headers
    )
    kept = b"\n".join(line[:HEADER_VALUE_SHOWN_MAX] for line in lines)[:HEADERS_BYTES_MAX]
    return b"" if contains_identifier(kept.decode(errors="replace")) else kept
