"""What is due: clocks with the referrals they run for, those that do most harm first."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.clock_rules import CLOCK_RULES
from ieum.casework.running_clocks import RunningClock
from ieum.casework.values import Side
from ieum.delivery.streams.peers import Peers
from ieum.storage.clock_rows import running_clock
from ieum_contracts.address import Address
from ieum_contracts.codes import State
from ieum_contracts.overdue import Clock

OWED_BY_SENDER = [rule.clock.value for rule in CLOCK_RULES.values() if rule.owes is Side.SENDER]


@dataclass(frozen=True, slots=True)
class DueClock:
    """A clock that runs, and what it is about; nothing of the client."""

    referral: UUID
    side: Side
    peer: Address
    programme: str
    state: State
    clock: RunningClock


@dataclass(frozen=True, slots=True)
class WantedClocks:
    """The filters of what is due; None filters nothing. `mine` is what this agency owes."""

    clock: Clock | None = None
    until: datetime | None = None
    mine: bool | None = None


class DueCursor(NamedTuple):
    """The last row of a page: whether its time was yet to come, its harm, its time, and which clock it is."""

    later: bool
    harm: int
    due_at: datetime
    referral: UUID
    clock: str


_DUE = """
with recursive rank (harm) as (
    select $1::smallint
    union all
    select (
        select harm from clock
        where due_at is not null and paused_at is null and harm > rank.harm order by harm limit 1
    )
    from rank where harm is not null
)
select d.*
from rank
cross join lateral (
    select c.*, r.recipient, r.peer, r.programme, r.state
    from clock c
    cross join lateral (
        select recipient, peer, programme, state from referral where id = c.referral limit 1
    ) r
    where c.harm = rank.harm and c.paused_at is null
        and c.due_at >= greatest(
            coalesce($2::timestamptz, '-infinity'),
            case when rank.harm = $7::smallint then $8::timestamptz end
        )
        and c.due_at <= coalesce($3::timestamptz, 'infinity')
        and ($2::timestamptz is null or c.due_at > $2)
        and ($4::text is null or c.clock = $4)
        and ($5::bool is null or ((c.clock = any($6::text[])) <> r.recipient) = $5)
        and (rank.harm is distinct from $7::smallint
            or (c.due_at, c.referral, c.clock) > ($8::timestamptz, $9::uuid, $10::text))
    order by c.due_at, c.referral, c.clock limit $11
) d
where rank.harm > $1
order by d.harm, d.due_at, d.referral, d.clock limit $11
"""
"""Rank by rank, from the one after $1: of each the first rows are read by the index, whatever else is due."""


async def read_due(
    connection: Connection,
    peers: Peers,
    wanted: WantedClocks,
    now: datetime,
    *,
    after: DueCursor | None,
    limit: int,
) -> list[DueClock]:
    """List clocks whose time has passed, then those whose time will come, the worst harm first in each."""
    rows: list[Record] = []
    until = wanted.until
    async with connection.transaction(readonly=True):
        if after is None or not after.later:
            past = now if until is None else min(now, until)
            rows += await _part(connection, wanted, (None, past), after, limit)
        if len(rows) < limit and (until is None or until > now):
            begun = after if after is not None and after.later else None
            rows += await _part(connection, wanted, (now, until), begun, limit - len(rows))
    await peers.load_numbers(connection, (row["peer"] for row in rows))
    return [
        DueClock(
            row["referral"],
            Side.RECIPIENT if row["recipient"] else Side.SENDER,
            peers.address(row["peer"]),
            row["programme"],
            State(row["state"]),
            running_clock(row),
        )
        for row in rows
    ]


async def _part(
    connection: Connection,
    wanted: WantedClocks,
    between: tuple[datetime | None, datetime | None],
    after: DueCursor | None,
    limit: int,
) -> list[Record]:
    """Read what is due later than the first of two times and not later than the second."""
    place = (None,) * 4 if after is None else after[1:]
    worst = 0 if after is None else after.harm - 1
    wanted_by = None if wanted.clock is None else wanted.clock.value, wanted.mine, OWED_BY_SENDER
    found: list[Record] = await connection.fetch(_DUE, worst, *between, *wanted_by, *place, limit)
    return found
