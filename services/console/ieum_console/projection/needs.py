"""What needs somebody, the worst for a client first: each with whose move it is, and since when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asyncpg import Connection

NEEDS_OF_A_KIND_MAX = 20


class NeedKind(StrEnum):
    """Why somebody is needed, the worst first."""

    ERASURE_OPEN = "erasure-open"
    STREAM_WAITS = "stream-waits"
    NUMBERS_MISSING = "numbers-missing"
    OVERDUE = "overdue"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs somebody. `agency` is whose move it is, `peer` the other side.

    `key` is the referral (or the key of the stream) where it is about one; `due_at` where it was due. `count`
    and `usual_seconds` belong to silences: so many wait, and the edge is usually answered within that time.
    """

    kind: NeedKind
    agency: str
    peer: str
    since: datetime
    key: str | None = None
    due_at: datetime | None = None
    clock: str | None = None
    count: int = 1
    usual_seconds: float | None = None


NEEDS = """
(select 'erasure-open' as kind, h.name as agency, p.name as peer, r.withdrawn_at as since, r.id::text as key,
    r.due_at, r.due_clock as clock, 1 as count, null::double precision as usual_seconds
from referral r join agency h on h.id = r.recipient join agency p on p.id = r.sender
where r.withdrawn_at is not null and not r.erased order by r.withdrawn_at, r.id limit $2)
union all
(select 'stream-waits', h.name, p.name, w.since, w.key::text, null, null, 1, null
from waiting_stream w join agency h on h.id = w.hearer join agency p on p.id = w.sayer
order by w.since limit $2)
union all
(select 'numbers-missing', h.name, p.name, g.noticed_at, g.key::text, null, null, 1, null
from (select * from gap order by key, source, recipient, family, first limit $2) g
join agency h on h.id = g.source join agency p on p.id = g.recipient)
union all
(select 'overdue', h.name, case when r.holder = r.sender then o.name else p.name end, r.since, r.id::text,
    r.due_at, r.due_clock, 1, null
from (select * from referral where due_at is not null and due_at < $1 order by due_at, id limit $2) r
join agency h on h.id = r.holder join agency p on p.id = r.sender join agency o on o.id = r.recipient)
union all
(select 'silence', h.name, p.name, f.since, null, null, null, f.beyond, f.usual_seconds
from silence f join agency h on h.id = f.recipient join agency p on p.id = f.sender
where f.verdict = 'silent' order by f.since limit $2)
"""


async def read_needs(connection: Connection, now: datetime) -> tuple[Need, ...]:
    """List what needs somebody, at most twenty of a kind."""
    rows = await connection.fetch(NEEDS, now, NEEDS_OF_A_KIND_MAX)
    return tuple(Need(**{**dict(row), "kind": NeedKind(row["kind"])}) for row in rows)
