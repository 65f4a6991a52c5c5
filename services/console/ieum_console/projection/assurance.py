"""Assurance: of each pair of agencies what was said and what of it was heard; open withdrawals."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from ieum_console.projection.families import FAMILIES
from ieum_console.projection.unread import UNREAD, UNREAD_COUNTED_MAX
from ieum_contracts.topics import Family

ROWS_MAX = 200


@dataclass(frozen=True, slots=True)
class PairAccount:
    """One direction of a pair. `said` counts events that the broker has, `heard` those that were read.

    `differing` counts what is not accounted for: unheard events and missing numbers. `waiting` are streams
    that the recipient told to wait, and of which it has not told since that they go on. `since` is the age
    of the oldest of all of them. `cut` says that the recipient has more unread than is counted: `heard` is
    then too large, by how much is not known. `heads_at` is when the source last told the other its heads:
    the two compare themselves by these; their numbers stand in bodies, which nobody reads here.
    """

    source: str
    recipient: str
    said: int
    heard: int
    cut: bool
    missing: int
    waiting: int
    since: datetime | None
    heads_at: datetime | None
    heads_back_at: datetime | None

    @property
    def differing(self) -> int:
        """Events that are not accounted for."""
        return self.said - self.heard + self.missing

    @property
    def agrees(self) -> bool:
        """Whether all that was said was heard, and nothing waits."""
        return self.differing == 0 and self.waiting == 0 and not self.cut


@dataclass(frozen=True, slots=True)
class OpenStream:
    """A stream that is not accounted for, and why: `unheard`, `missing` or `waiting`."""

    key: UUID
    source: str
    recipient: str
    family: Family | None
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal of consent whose receipt has not come."""

    referral: UUID
    sender: str
    recipient: str
    withdrawn_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Assurance:
    """What the page shows; lists hold at most ROWS_MAX rows."""

    pairs: tuple[PairAccount, ...]
    open_streams: tuple[OpenStream, ...]
    withdrawals: tuple[Withdrawal, ...]
    withdrawals_answered: int

    @property
    def open_streams_cut(self) -> bool:
        """Whether `open_streams` may not be all: it is full, or more is unread than was looked through."""
        counted = Counter(each.why for each in self.open_streams)
        unheard = sum(each.said - each.heard for each in self.pairs)
        full = any(count >= ROWS_MAX for count in (unheard, *counted.values()))
        return full or any(each.cut for each in self.pairs)


PAIRS = """
select s.name as source, p.name as recipient, e.said, e.said - u.unread as heard, u.cut, g.missing,
    w.waiting, least(u.said_at, g.since, w.since) as since, e.heads_at, back.heads_at as heads_back_at
from (select source, recipient, events as said, heads_at from edge) e
join agency s on s.id = e.source join agency p on p.id = e.recipient
left join edge back on back.source = e.recipient and back.recipient = e.source
{unread}
cross join lateral (
    select coalesce(sum(last - first + 1), 0)::bigint as missing, min(noticed_at) as since from gap
    where gap.source = e.source and gap.recipient = e.recipient
) g
cross join lateral (
    select count(*) as waiting, min(since) as since from waiting_stream
    where sayer = e.source and hearer = e.recipient
) w
order by s.name, p.name
""".replace("{unread}", UNREAD)

OPEN_STREAMS = """
(select w.key, s.name as source, p.name as recipient, null::smallint as family, 'waiting' as why, w.since
from waiting_stream w join agency s on s.id = w.sayer join agency p on p.id = w.hearer
order by w.since limit $1)
union all
(select g.key, s.name, p.name, g.family, 'missing', g.noticed_at
from (select * from gap order by key, source, recipient, family, first limit $1) g
join agency s on s.id = g.source join agency p on p.id = g.recipient)
union all
(select x.key, s.name, p.name, x.family, 'unheard', min(x.said_at) from reading r
cross join lateral (
    select key, source, recipient, family, said_at from step
    where recipient = r.recipient and family = r.family and partition = r.partition
        and "offset" >= r.next_offset
    order by "offset" limit $1
) x
join agency s on s.id = x.source join agency p on p.id = x.recipient
where r.next_offset < r.end_offset group by x.key, s.name, p.name, x.family order by 6 limit $1)
"""

WITHDRAWALS = """
select r.id as referral, s.name as sender, p.name as recipient, r.withdrawn_at, r.due_at
from (
    select * from referral where withdrawn_at is not null and not erased order by withdrawn_at, id limit $1
) r
join agency s on s.id = r.sender join agency p on p.id = r.recipient
order by r.withdrawn_at
"""

ANSWERED = "select count(*) from (select from referral where withdrawn_at is not null and erased limit $1) r"
ANSWERED_COUNTED_MAX = 10_000


async def read_assurance(connection: Connection) -> Assurance:
    """Read what the pairs owe each other."""
    return Assurance(
        pairs=tuple(PairAccount(**dict(row)) for row in await connection.fetch(PAIRS, UNREAD_COUNTED_MAX)),
        open_streams=tuple(
            OpenStream(**{**dict(row), "family": FAMILIES.get(row["family"])})
            for row in await connection.fetch(OPEN_STREAMS, ROWS_MAX)
        ),
        withdrawals=tuple(Withdrawal(**dict(row)) for row in await connection.fetch(WITHDRAWALS, ROWS_MAX)),
        withdrawals_answered=await connection.fetchval(ANSWERED, ANSWERED_COUNTED_MAX),
    )
