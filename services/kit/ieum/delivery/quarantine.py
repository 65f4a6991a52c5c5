"""Quarantine: records whose place is not proved, kept aside with the reason, within limits."""

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection

from ieum.delivery.place import KEPT_BYTES_MAX, Misplaced
from ieum_contracts.body import holds_identifier
from ieum_contracts.identifiers import contains_identifier
from ieum_contracts.topics import HEADERS_BYTES_MAX

HEADER_VALUE_SHOWN_MAX = 256

_WRITE = """
insert into quarantine (topic, partition, "offset", reason, digest, headers, body, at)
select t.*, $8 from unnest(
    $1::text[], $2::integer[], $3::bigint[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[]
) as t (topic, partition, "offset", reason, digest, headers, body)
on conflict (topic, partition, "offset") do nothing
"""


async def quarantine(connection: Connection, misplaced: Sequence[Misplaced], now: datetime) -> None:
    """Keep the records: digest, headers and bytes within the limit, and no bytes that hold an identifier."""
    if misplaced:
        await connection.execute(
            _WRITE,
            [m.record.topic for m in misplaced],
            [m.record.partition for m in misplaced],
            [m.record.offset for m in misplaced],
            [m.reason for m in misplaced],
            [m.digest for m in misplaced],
            [_headers(m) for m in misplaced],
            [_body(m) for m in misplaced],
            now,
        )


def _headers(misplaced: Misplaced) -> bytes:
    lines = (
        name.encode(errors="replace") + b"=" + (value or b"") for name, value in misplaced.record.headers
    )
    kept = b"\n".join(line[:HEADER_VALUE_SHOWN_MAX] for line in lines)[:HEADERS_BYTES_MAX]
    return b"" if contains_identifier(kept.decode(errors="replace")) else kept


def _body(misplaced: Misplaced) -> bytes | None:
    body = misplaced.record.value or b""
    if len(body) > KEPT_BYTES_MAX or holds_identifier(body):
        return None
    return body
