"""Clocks as rows: read under the lock of their referral, found when they run out, written many at once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.clock_book import ChangedClocks, ClockBook
from ieum.casework.clock_rules import Step
from ieum.casework.running_clocks import RunningClock
from ieum.delivery.streams.batch_write import Part
from ieum_contracts.overdue import Clock, ClockLevel, ClockUnit

_READ = """
select c.* from unnest($1::uuid[]) as i (id)
cross join lateral (select * from clock where referral = i.id offset 0) c
"""


async def read_clocks(connection: Connection, referrals: Collection[UUID]) -> list[tuple[UUID, RunningClock]]:
    """Read the clocks of referrals. To change them, the referrals are locked first, by another statement."""
    rows = await connection.fetch(_READ, sorted(referrals)) if referrals else []
    return clocks_from(rows)


async def read_clock_book(connection: Connection, referrals: Collection[UUID]) -> ClockBook:
    """Read the clocks of locked referrals, to follow what happens to them."""
    return ClockBook(await read_clocks(connection, referrals))


_IS_DUE = "select exists (select from clock where fires_at <= $1)"


async def is_due(connection: Connection, now: datetime) -> bool:
    """Tell whether any clock has run out."""
    due: bool = await connection.fetchval(_IS_DUE, now)
    return due


_LOCK_DUE = """
select r.id from (
    select referral from clock where fires_at <= $1 order by fires_at limit $2
) c
cross join lateral (select id from referral where id = c.referral limit 1 for update skip locked) r
"""


async def lock_due(connection: Connection, now: datetime, limit: int) -> set[UUID]:
    """Lock the referrals whose clocks have run out, the longest due first, but for those locked elsewhere.

    Its holder alone may act on them: whoever comes later reads what was done.
    """
    return {row["id"] for row in await connection.fetch(_LOCK_DUE, now, limit)}


_POSTPONE = """
update clock set fires_at = $2 where referral = any($1::uuid[]) and fires_at < $2
"""


async def postpone(connection: Connection, referrals: Collection[UUID], until: datetime) -> None:
    """Let what could not be acted on be tried again later; what is due stays as it is."""
    if referrals:
        await connection.execute(_POSTPONE, sorted(referrals), until)


KEEP = """timed as (
    insert into clock (
        referral, clock, since, steps, harm, promised, paused_at, fired, fired_at, due_at, fires_at, calendar
    )
    select * from unnest({rows:clock_row})
    on conflict (referral, clock) do update set
        since = excluded.since, steps = excluded.steps, harm = excluded.harm, promised = excluded.promised,
        paused_at = excluded.paused_at, fired = excluded.fired, fired_at = excluded.fired_at,
        due_at = excluded.due_at, fires_at = excluded.fires_at, calendar = excluded.calendar
)"""
_STOP = """stopped as (
    delete from clock where referral = any(array(select referral from unnest({rows:clock_key})))
        and (referral, clock) in (select referral, clock from unnest({rows:clock_key}))
)"""


def clock_parts(changed: ChangedClocks, calendar: int) -> list[Part]:
    """Return the parts of a transaction's statement that write clocks."""
    return [
        (KEEP, [clock_row(referral, clock, calendar) for referral, clock in changed.kept]),
        (_STOP, [(referral, clock.value) for referral, clock in changed.gone]),
    ]


def clock_row(referral: UUID, clock: RunningClock, calendar: int) -> tuple[object, ...]:
    """Return a clock as a database row (`clock_row`)."""
    return (
        referral,
        clock.clock,
        clock.since,
        [f"{step.level} {step.amount} {step.unit}" for step in clock.steps],
        clock.harm,
        clock.promised,
        clock.paused_at,
        clock.fired,
        clock.fired_at,
        clock.due_at,
        clock.fires_at,
        calendar,
    )


def clocks_from(rows: Iterable[Record]) -> list[tuple[UUID, RunningClock]]:
    """Make the clocks of referrals from full rows."""
    return [(row["referral"], running_clock(row)) for row in rows]


def running_clock(row: Record) -> RunningClock:
    """Make a clock from a full row."""
    return RunningClock(
        clock=Clock(row["clock"]),
        since=row["since"],
        steps=_steps(row["steps"]),
        harm=row["harm"],
        promised=row["promised"],
        paused_at=row["paused_at"],
        fired=row["fired"],
        fired_at=row["fired_at"],
        due_at=row["due_at"],
    )


def _steps(written: Sequence[str]) -> tuple[Step, ...]:
    words = (each.split() for each in written)
    return tuple(Step(ClockLevel(level), int(amount), ClockUnit(unit)) for level, amount, unit in words)
