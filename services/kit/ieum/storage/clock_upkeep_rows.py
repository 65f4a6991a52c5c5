"""Clocks to be set right: those timed by another calendar, and referrals that have none yet."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Connection

from ieum.casework.running_clocks import RunningClock
from ieum.delivery.streams.batch_write import write
from ieum.storage.clock_rows import KEEP, clock_row
from ieum_contracts.lifecycle import ENDED

SWEEP_AGAIN = timedelta(hours=24)
"""A process of an older version may have written referrals while the last search was on."""

_LOCK_TIMED_OTHERWISE = """
select r.id from (
    (select referral from clock where calendar < $1 order by calendar limit $2)
    union all (select referral from clock where calendar > $1 order by calendar limit $2)
) c
cross join lateral (select id from referral where id = c.referral limit 1 for update skip locked) r
"""


async def lock_timed_otherwise(connection: Connection, calendar: int, limit: int) -> set[UUID]:
    """Lock referrals whose clocks were timed by another version of the calendar."""
    return {row["id"] for row in await connection.fetch(_LOCK_TIMED_OTHERWISE, calendar, limit)}


async def write_clocks(
    connection: Connection, clocks: Sequence[tuple[UUID, RunningClock]], calendar: int
) -> None:
    """Write clocks as they are, timed by this version of the calendar."""
    rows = [clock_row(referral, clock, calendar) for referral, clock in clocks]
    await write(connection, [(KEEP, rows)])


_BEGUN = """
update clock_sweep set at = '-infinity', referral = '00000000-0000-0000-0000-000000000000', ended_at = null
where ended_at < $1
"""
_PLACE = "select at, referral, ended_at from clock_sweep for update"
_NEXT = """
select id, created_at, state, exists (select from clock where referral = r.id) as clocked
from referral r where (created_at, id) > ($1, $2) order by created_at, id limit $3
"""
_MOVE = "update clock_sweep set at = $1, referral = $2, ended_at = $3"


async def next_unclocked(connection: Connection, now: datetime, limit: int) -> set[UUID]:
    """Return referrals under way without a clock among the next `limit`, from where the last call ended."""
    await connection.execute(_BEGUN, now - SWEEP_AGAIN)
    place = await connection.fetchrow(_PLACE)
    if place is None or place["ended_at"] is not None:
        return set()
    rows = await connection.fetch(_NEXT, place["at"], place["referral"], limit)
    last = (rows[-1]["created_at"], rows[-1]["id"]) if rows else (place["at"], place["referral"])
    await connection.execute(_MOVE, *last, None if len(rows) == limit else now)
    ended = set(ENDED)
    return {row["id"] for row in rows if row["state"] not in ended and not row["clocked"]}


_LATE = """
select clock, count(*) as late from clock where due_at <= $1 and paused_at is null group by clock
"""


UNERASED_FOR = timedelta(days=1)
_UNERASED = "select count(*) from referral where withdrawn and not erased and changed_at <= $1"


async def count_unerased(connection: Connection, now: datetime) -> int:
    """Count the referrals that are not known to be erased a day after their client has withdrawn."""
    return int(await connection.fetchval(_UNERASED, now - UNERASED_FOR))


async def count_late(connection: Connection, now: datetime) -> dict[str, int]:
    """Count the clocks whose time has passed, by clock."""
    return {row["clock"]: row["late"] for row in await connection.fetch(_LATE, now)}


_RENEW = "update referral set version = version where id = any($1::uuid[])"


async def renew_rows(connection: Connection, referrals: Collection[UUID]) -> None:
    """Write referrals anew as they are: who has read one without a lock, and no clocks, finds it changed."""
    await connection.execute(_RENEW, list(referrals))
