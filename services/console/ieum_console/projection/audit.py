"""The audit: who did what, when, why; chained, so that an entry that was changed or cut is found."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from asyncpg import Connection

PAGE_ROWS = 100
VERIFY_ROWS = 1_000
BEGINNING = bytes(32)
_LOCK = 0x69656175


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. `actor` is the subject of a login, `target` an id; texts are as given, to be escaped."""

    number: int
    at: datetime
    actor: str
    action: str
    target: str
    reason: str
    previous: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of checking the chain: entries that fit, and the first number that does not (or None)."""

    entries: int
    broken_at: int | None
    head: bytes


APPEND_LOCK = "select pg_advisory_xact_lock($1)"

LAST = "select number, digest from audit order by number desc limit 1"

INSERT = """
insert into audit (number, at, actor, action, target, reason, previous, digest)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def append_audit(
    connection: Connection, now: datetime, *, actor: str, action: str, target: str, reason: str
) -> AuditEntry:
    """Add an entry in the caller's transaction, which it must have; one is added at a time."""
    await connection.execute(APPEND_LOCK, _LOCK)
    last = await connection.fetchrow(LAST)
    number, previous = (last["number"] + 1, last["digest"]) if last else (1, BEGINNING)
    digest = digest_of(number, now, (actor, action, target, reason), previous)
    entry = AuditEntry(number, now, actor, action, target, reason, previous, digest)
    await connection.execute(INSERT, number, now, actor, action, target, reason, previous, digest)
    return entry


def digest_of(number: int, at: datetime, texts: tuple[str, ...], previous: bytes) -> bytes:
    """SHA-256 over the entry before, then every field with its length (four bytes, big endian)."""
    chained = hashlib.sha256(previous)
    for text in (str(number), at.astimezone(UTC).isoformat(timespec="microseconds"), *texts):
        field = text.encode()
        chained.update(len(field).to_bytes(4) + field)
    return chained.digest()


PAGE = """
select number, at, actor, action, target, reason, previous, digest from audit
where number < $1 and at >= $2 and at < $3 and number between $4 and $5 order by number desc limit $6
"""

PAGE_OF_ACTOR = """
select number, at, actor, action, target, reason, previous, digest from audit
where actor = $7 and number < $1 and at >= $2 and at < $3 and number between $4 and $5
order by number desc limit $6
"""

NUMBERS_OF_TIME = """
select (select number from audit where at >= $1 order by at, number limit 1) as first,
    (select number from audit where at < $2 order by at desc, number desc limit 1) as last
"""
OUT_OF_ORDER_MAX = 1_000
"""Entries are numbered one at a time, but have the time at which they were asked for."""
_NUMBER_MAX = 2**62


async def read_audit(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    actor: str | None = None,
    before: int = _NUMBER_MAX,
    rows: int = PAGE_ROWS,
) -> tuple[AuditEntry, ...]:
    """List entries of a time, newest first; `before` is the number of the last one of the page before."""
    numbers = await connection.fetchrow(NUMBERS_OF_TIME, since, until)
    if numbers is None or None in numbers.values():
        return ()
    first, last = numbers
    place = (before, since, until, first - OUT_OF_ORDER_MAX, last + OUT_OF_ORDER_MAX, rows)
    if actor is None:
        found = await connection.fetch(PAGE, *place)
    else:
        found = await connection.fetch(PAGE_OF_ACTOR, *place, actor)
    return tuple(AuditEntry(**dict(row)) for row in found)


FOLLOWING = """
select number, at, actor, action, target, reason, previous, digest from audit
where number > $1 order by number limit $2
"""


async def verify_audit(connection: Connection) -> Verified:
    """Follow the whole chain, a thousand entries at a time."""
    number, previous = 0, BEGINNING
    while rows := await connection.fetch(FOLLOWING, number, VERIFY_ROWS):
        for row in rows:
            entry = AuditEntry(**dict(row))
            texts = (entry.actor, entry.action, entry.target, entry.reason)
            wanted = digest_of(entry.number, entry.at, texts, previous)
            if entry.number != number + 1 or entry.previous != previous or entry.digest != wanted:
                return Verified(number, number + 1, previous)
            number, previous = entry.number, entry.digest
    return Verified(number, None, previous)
