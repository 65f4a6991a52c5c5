"""Gaps: numbers missing before a waiting event, asked for again every half minute."""

from datetime import datetime, timedelta

from asyncpg import Connection

from ieum.delivery.streams.stream import StreamKey

ASKED_MAX = 1_000
"""Gaps asked for in one turn; the rest is asked for in the next."""

_GAPS = """
select p.key, p.peer, p.family, s.heard + 1 as first, min(p.sequence) - 1 as last
from parked p
cross join lateral (
    select heard from stream where key = p.key and peer = p.peer and family = p.family limit 1
) s
where p.since <= $1 and not exists (
    select from unnest($2::uuid[], $3::smallint[], $4::smallint[], $5::bigint[])
        as a (key, peer, family, first)
    where a.key = p.key and a.peer = p.peer and a.family = p.family and a.first = s.heard + 1
)
group by p.key, p.peer, p.family, s.heard having min(p.sequence) > s.heard + 1
order by min(p.since) limit $6
"""


class Gaps:
    """The gaps in what was heard, for the leading process to ask for; `age` is how long a gap may last.

    Recent requests are remembered, so that a frequent search asks for each gap seldom.
    """

    def __init__(self) -> None:
        self._asked: dict[tuple[StreamKey, int], datetime] = {}

    async def due(
        self, connection: Connection, now: datetime, age: timedelta
    ) -> list[tuple[StreamKey, int, int]]:
        """Return the numbers (first, last) that are missing for this long and were not asked for since."""
        self._asked = {gap: at for gap, at in self._asked.items() if now - age < at <= now}
        asked = list(zip(*((*stream, first) for stream, first in self._asked), strict=True)) or [()] * 4
        rows = await connection.fetch(_GAPS, now - age, *map(list, asked), ASKED_MAX)
        return [(StreamKey(*row[:3]), row[3], row[4]) for row in rows]

    def asked(self, gaps: list[tuple[StreamKey, int, int]], now: datetime) -> None:
        """Remember the gaps that were asked for."""
        self._asked |= {(stream, first): now for stream, first, _ in gaps}
