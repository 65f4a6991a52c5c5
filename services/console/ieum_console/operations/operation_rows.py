"""Operations as rows: what was frozen, who prepared and approved it, what became of each item."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from asyncpg import Connection, UniqueViolationError

from ieum_console.operations.agency_api import WaitingStream

ITEMS_MAX = 1_000
SECOND_PERSON_ABOVE = 20
"""More than so many items ask for a second person."""
BEAT_MAX = timedelta(seconds=30)
"""A runner that has not been heard of for so long is gone; another one goes on."""
LISTED_MAX = 50


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `state` goes from prepared over running (paused, stopped) to done or aborted."""

    id: UUID
    act: str
    agency: str
    waits_for: str
    reason: str
    state: str
    why: str
    prepared_by: str
    prepared_at: datetime
    approved_by: str | None
    runner: UUID | None
    beat_at: datetime | None
    ended_at: datetime | None
    items: int
    finished: int

    @property
    def needs_second_person(self) -> bool:
        """Whether somebody else has to approve it before it begins."""
        return self.items > SECOND_PERSON_ABOVE and self.approved_by is None

    def is_alive(self, now: datetime) -> bool:
        """Whether a console works on it right now."""
        return self.state == "running" and self.beat_at is not None and now - self.beat_at < BEAT_MAX


@dataclass(frozen=True, slots=True)
class Item:
    """One number of one stream; `result` is None while nothing has been done."""

    position: int
    stream: str
    referral: UUID
    peer: str
    sequence: int
    waits_for: str
    since: datetime | None
    key: UUID
    result: str | None
    detail: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The operation that holds what was chosen: a new one, or the one that had it before."""

    id: UUID
    is_new: bool


INSERT = """
insert into operation (id, act, agency, waits_for, state, prepared_by, prepared_at)
values ($1, $2, $3, $4, 'prepared', $5, $6)
"""
INSERT_ITEM = """
insert into operation_item (operation, position, agency, stream, referral, peer, sequence, waits_for, since,
    key)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
OPEN_ONE = """
select operation from operation_item where agency = $1 and stream = any($2) and is_open limit 1
"""


async def prepare(
    connection: Connection,
    now: datetime,
    *,
    act: str,
    agency: str,
    waits_for: str,
    by: str,
    streams: Sequence[WaitingStream],
) -> Prepared:
    """Freeze what was seen to wait; where some of it is in an open operation already, name that one."""
    operation = uuid4()
    rows = [
        (operation, position, agency, s.id, s.key, s.peer, s.sequence, s.reason, s.since, uuid4())
        for position, s in enumerate(streams[:ITEMS_MAX], 1)
    ]
    try:
        async with connection.transaction():
            await connection.execute(INSERT, operation, act, agency, waits_for, by, now)
            await connection.executemany(INSERT_ITEM, rows)
    except UniqueViolationError:
        other = await connection.fetchval(OPEN_ONE, agency, [each.id for each in streams])
        if other is None:
            raise
        return Prepared(other, is_new=False)
    return Prepared(operation, is_new=True)


READ = """
select o.*, n.items, n.finished from operation o
cross join lateral (
    select count(*)::int as items, count(result)::int as finished from operation_item where operation = o.id
) n where o.id = $1
"""
NEWEST = """
select o.*, n.items, n.finished from (select * from operation order by prepared_at desc limit $1) o
cross join lateral (
    select count(*)::int as items, count(result)::int as finished from operation_item where operation = o.id
) n order by o.prepared_at desc
"""
ITEMS = """
select position, stream, referral, peer, sequence, waits_for, since, key, result, detail, at
from operation_item where operation = $1 order by position
"""


async def read_operation(connection: Connection, operation: UUID) -> Operation | None:
    """Read an operation."""
    row = await connection.fetchrow(READ, operation)
    return None if row is None else Operation(**dict(row))


async def newest_operations(connection: Connection) -> tuple[Operation, ...]:
    """List the newest operations."""
    return tuple(Operation(**dict(row)) for row in await connection.fetch(NEWEST, LISTED_MAX))


async def read_items(connection: Connection, operation: UUID) -> tuple[Item, ...]:
    """Read all items of an operation."""
    return tuple(Item(**dict(row)) for row in await connection.fetch(ITEMS, operation))
