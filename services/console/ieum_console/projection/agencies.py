"""Agencies and edges: who is there, how far each has read, how old its oldest unread record is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Connection

from ieum_console.projection.unread import UNREAD, UNREAD_COUNTED_MAX

TREND = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Instance:
    """A member of an agency's consumer group, as the broker names it."""

    member: str
    host: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class AgencyState:
    """How an agency is doing, by what reaches the broker.

    `last_sign_at` is its last sign of life: a record of its own, or its group reading on; an agency with
    nothing to say and nothing to read gives none, so a group with members counts as well (`instances`).
    `lag_records` and `lag_seconds` are its unread records and the age of the oldest; `records_per_second` is
    how fast it has read in the last five minutes, `drain_seconds` how long the rest takes at that rate
    (None: it does not read, or nothing is unread).
    """

    agency: str
    instances: tuple[Instance, ...]
    group_state: str | None
    last_said_at: datetime | None
    catalogue_at: datetime | None
    last_sign_at: datetime | None
    lag_records: int
    lag_seconds: float
    records_per_second: float
    drain_seconds: float | None
    waiting_streams: int


@dataclass(frozen=True, slots=True)
class EdgeState:
    """One cell of the edge matrix: what one agency has said to another, and what of it is unread.

    `cut` says that the recipient has more unread than is counted: then `unread` is too small.
    """

    source: str
    recipient: str
    records: int
    last_said_at: datetime
    heads_at: datetime | None
    unread: int
    cut: bool
    oldest_unread_at: datetime | None
    open_referrals: int


AGENCIES = """
select a.name as agency, p.last_said_at, p.catalogue_at, p.read_at, p.group_state, g.lag, o.oldest, d.read,
    w.waiting
from agency a
left join presence p on p.agency = a.id
cross join lateral (
    select coalesce(sum(greatest(end_offset - next_offset, 0)), 0)::bigint as lag
    from reading where recipient = a.id
) g
cross join lateral (
    select min(first.sent_at) as oldest from reading r
    cross join lateral (
        select sent_at from step e
        where e.recipient = r.recipient and e.family = r.family and e.partition = r.partition
            and e."offset" >= r.next_offset
        order by e."offset" limit 1
    ) first
    where r.recipient = a.id and r.next_offset < r.end_offset
) o
cross join lateral (
    select coalesce(sum(m.newest - m.oldest), 0)::bigint as read from (
        select max(next_offset) as newest, min(next_offset) as oldest from heard_mark
        where recipient = a.id and observed_at >= $1 group by family, partition
    ) m
) d
cross join lateral (select count(*) as waiting from waiting_stream where hearer = a.id) w
order by a.name
"""

INSTANCES = """
select a.name as agency, i.member, i.host, i.observed_at
from instance i join agency a on a.id = i.agency order by a.name, i.member
"""


async def read_agencies(connection: Connection, now: datetime) -> tuple[AgencyState, ...]:
    """List the agencies of which anything was ever seen."""
    instances: dict[str, list[Instance]] = {}
    for row in await connection.fetch(INSTANCES):
        instance = Instance(row["member"], row["host"], row["observed_at"])
        instances.setdefault(row["agency"], []).append(instance)
    found = []
    for row in await connection.fetch(AGENCIES, now - TREND):
        rate = row["read"] / TREND.total_seconds()
        signs = [each for each in (row["last_said_at"], row["read_at"]) if each is not None]
        oldest = row["oldest"]
        found.append(
            AgencyState(
                agency=row["agency"],
                instances=tuple(instances.get(row["agency"], ())),
                group_state=row["group_state"],
                last_said_at=row["last_said_at"],
                catalogue_at=row["catalogue_at"],
                last_sign_at=max(signs, default=None),
                lag_records=row["lag"],
                lag_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
                records_per_second=rate,
                drain_seconds=row["lag"] / rate if rate and row["lag"] else None,
                waiting_streams=row["waiting"],
            )
        )
    return tuple(found)


EDGES = """
select s.name as source, p.name as recipient, e.records, e.last_said_at, e.heads_at, u.unread, u.cut,
    u.sent_at as oldest_unread_at, t.open as open_referrals
from edge e join agency s on s.id = e.source join agency p on p.id = e.recipient
{unread}
cross join lateral (
    select coalesce(sum(referrals), 0)::bigint as open from tally
    where sender = e.source and recipient = e.recipient
        and state <> all ('{closed,declined,redirected,cancelled,withdrawn,expired}'::text[])
) t
order by s.name, p.name
""".replace("{unread}", UNREAD)


async def read_edges(connection: Connection) -> tuple[EdgeState, ...]:
    """List the edges; of each partition at most UNREAD_COUNTED_MAX unread records are counted."""
    return tuple(EdgeState(**dict(row)) for row in await connection.fetch(EDGES, UNREAD_COUNTED_MAX))


LAG_OF = """
select e.key, t.name as type, e.sent_at from reading r
cross join lateral (
    select key, type, sent_at from step
    where recipient = r.recipient and family = r.family and partition = r.partition
        and "offset" >= r.next_offset
    order by "offset" limit $2
) e
join event_type t on t.id = e.type
where r.recipient = (select id from agency where name = $1) and r.next_offset < r.end_offset
order by e.sent_at limit $2
"""


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that an agency has not read yet."""

    key: UUID
    type: str
    sent_at: datetime


async def read_unread(connection: Connection, agency: str, rows: int = 50) -> tuple[Unread, ...]:
    """List an agency's unread records, the oldest first."""
    return tuple(Unread(**dict(row)) for row in await connection.fetch(LAG_OF, agency, rows))
