"""What is due: clocks with the referrals they run for, those that do most harm first."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

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
select c.*, r.recipient, r.peer, r.programme, r.state
from clock c join referral r on r.id = c.referral
where c.due_at is not null and c.paused_at is null
    and ($2::text is null or c.clock = $2)
    and ($3::timestamptz is null or c.due_at <= $3)
    and ($4::bool is null or ((c.clock = any($5::text[])) <> r.recipient) = $4)
    and ($6::bool is null or (c.due_at > $1, c.harm, c.due_at, c.referral, c.clock)
        > ($6, $7::smallint, $8::timestamptz, $9::uuid, $10::text))
order by c.due_at > $1, c.harm, c.due_at, c.referral, c.clock limit $11
"""
_PLAN = "set local plan_cache_mode = force_custom_plan"


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
    async with connection.transaction(readonly=True):
        await connection.execute(_PLAN)
        rows = await connection.fetch(
            _DUE,
            now,
            None if wanted.clock is None else wanted.clock.value,
            wanted.until,
            wanted.mine,
            OWED_BY_SENDER,
            *((None,) * 5 if after is None else after),
            limit,
        )
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
