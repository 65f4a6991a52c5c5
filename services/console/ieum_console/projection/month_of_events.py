"""What one agency said in a month, day by day, and all events of the referrals that it spoke about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection, Record

from ieum.casework.referral_fold import Said

SAID_MAX = 1_000
REFERRALS_MAX = 200
"""More than the busiest centre has in a day; what is beyond is left out, and the page says so."""

DAYS = """
select d.day, coalesce(sum(d.events) filter (where t.name = any($3::text[])), 0)::integer as work,
    sum(d.events)::integer as events
from day_of_events d join event_type t on t.id = d.type
where d.agency = $1 and d.day >= $2
group by 1 order by 1
"""

SAID = """
select e.key, e.source, e.recipient, e.sequence, t.name as type, e.event_id, e.said_at, e.sent_at, e.journey,
    e.causation
from step e join event_type t on t.id = e.type
where e.source = $1 and e.family = 1 and e.said_at >= $2 and e.said_at < $3
order by e.said_at, e.sequence limit $4
"""

ABOUT = """
select e.key, e.source, e.recipient, e.sequence, t.name as type, e.event_id, e.said_at, e.sent_at, e.journey,
    e.causation
from step e join event_type t on t.id = e.type
where e.key = any($1::uuid[]) and e.family = 1
"""

AGENCY_NUMBERS = "select id, name from agency"

PUBLISHED = "select a.name as agency, p.id from programme p join agency a on a.id = p.agency"


@dataclass(frozen=True, slots=True)
class DayOfWork:
    """How much an agency's workers said on a day, and how much it said in all."""

    day: date
    work: int
    events: int


async def read_agency_numbers(connection: Connection) -> Mapping[str, int]:
    """Return the numbers under which agencies stand in the tables."""
    return {row["name"]: row["id"] for row in await connection.fetch(AGENCY_NUMBERS)}


async def read_days(
    connection: Connection, agency: int, since: date, work: Collection[str]
) -> tuple[DayOfWork, ...]:
    """Tell how much an agency said about referrals by day in Seoul; `work` are the types workers say."""
    rows = await connection.fetch(DAYS, agency, since, sorted(work))
    return tuple(DayOfWork(**dict(row)) for row in rows)


async def read_said(
    connection: Connection, agency: int, since: datetime, until: datetime
) -> list[tuple[UUID, Said]]:
    """List what an agency said about referrals, at most SAID_MAX events, the first ones."""
    return [_said(row) for row in await connection.fetch(SAID, agency, since, until, SAID_MAX)]


async def read_about(connection: Connection, referrals: Collection[UUID]) -> Mapping[UUID, Sequence[Said]]:
    """Return all that was said about referrals."""
    found: dict[UUID, list[Said]] = {}
    for row in await connection.fetch(ABOUT, sorted(referrals)):
        key, said = _said(row)
        found.setdefault(key, []).append(said)
    return found


async def read_published(connection: Connection) -> frozenset[tuple[str, str]]:
    """Return which programmes stand on the catalogue, by agency."""
    return frozenset((row["agency"], row["id"]) for row in await connection.fetch(PUBLISHED))


def _said(row: Record) -> tuple[UUID, Said]:
    key, *rest = row.values()
    return key, Said(*rest)
