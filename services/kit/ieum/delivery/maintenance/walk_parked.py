"""Job: walk through what waits, part by part: wake what may be tried again, note what is missing, count."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

from ieum.delivery.streams.stream import StreamKey

ROWS_MAX = 10_000
"""Waiting events in one part: a million take 100 turns, and fewer are looked at in every turn."""
_Place = tuple[UUID, int, int, int]
_START: _Place = (UUID(int=0), 0, 0, 0)
_END: _Place = (UUID(int=2**128 - 1), 2**15 - 1, 2**15 - 1, 2**63 - 1)

_PART = """
select key, peer, family, sequence from parked
where (key, peer, family, sequence) > ($1::uuid, $2::smallint, $3::smallint, $4::bigint)
order by key, peer, family, sequence offset $5 limit 1
"""
_FIRSTS = """
select w.key, w.peer, w.family, s.heard, p.sequence, p.since
from (
    select distinct key, peer, family from parked
    where (key, peer, family, sequence) > ($1::uuid, $2::smallint, $3::smallint, $4::bigint)
        and (key, peer, family, sequence) <= ($5::uuid, $6::smallint, $7::smallint, $8::bigint)
) w
cross join lateral (
    select heard, stopped from stream where key = w.key and peer = w.peer and family = w.family limit 1
) s
cross join lateral (
    select sequence, since, retry_at, dead from parked
    where key = w.key and peer = w.peer and family = w.family order by sequence limit 1
) p
where p.sequence > s.heard + 1 or (
    p.retry_at is null and not p.dead and s.stopped is null
    and not exists (select from source where source.peer = w.peer and source.held is not null)
)
"""
_REASONS = """
select reason, dead, count(*) as events from parked
where (key, peer, family, sequence) > ($1::uuid, $2::smallint, $3::smallint, $4::bigint)
    and (key, peer, family, sequence) <= ($5::uuid, $6::smallint, $7::smallint, $8::bigint)
group by reason, dead
"""
_WAKE = """
update parked set retry_at = $5
from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::bigint[]) as i (key, peer, family, sequence)
where parked.key = i.key and parked.peer = i.peer and parked.family = i.family
    and parked.sequence = i.sequence and retry_at is null and not dead
"""


class Gap(NamedTuple):
    """Numbers that are missing before an event that waits: up to which, and since when it waits."""

    last: int
    since: datetime


class WaitsFor(NamedTuple):
    """Why events wait: the code of the reason, and whether they are tried no more."""

    reason: str
    dead: bool


class WalkParked:
    """Looks at the first waiting event of each stream, in the order of keys, and begins again at the end.

    What waits only for its predecessor has no retry time. It may be tried when a source was released, a
    stream goes on, or more waited than one batch loads; this walk gives it a time.
    """

    def __init__(self, rows_max: int = ROWS_MAX) -> None:
        self._rows_max = rows_max
        self._after = _START
        self.gaps: dict[tuple[StreamKey, int], Gap] = {}
        """The gaps found in the last round, by stream and first missing number."""
        self._found: dict[tuple[StreamKey, int], Gap] = {}
        self.reasons = self._counted = Counter[WaitsFor]()
        """How many events wait, by reason: in the last round, and in the first one as far as it has come."""

    @property
    def is_under_way(self) -> bool:
        """Whether there is something to count down to nothing, or a round to be finished."""
        return self._after != _START or bool(self.gaps or self.reasons)

    async def run(self, connection: Connection, now: datetime) -> None:
        """Look at the next part."""
        end = await connection.fetchrow(_PART, *self._after, self._rows_max - 1)
        until: _Place = _END if end is None else (end[0], end[1], end[2], end[3])
        ready: list[_Place] = []
        for key, peer, family, heard, sequence, since in await connection.fetch(
            _FIRSTS, *self._after, *until
        ):
            if sequence > heard + 1:
                self._found[StreamKey(key, peer, family), heard + 1] = Gap(sequence - 1, since)
            else:
                ready.append((key, peer, family, sequence))
        for reason, dead, events in await connection.fetch(_REASONS, *self._after, *until):
            self._counted[WaitsFor(reason, dead)] += events
        if ready:
            await connection.execute(_WAKE, *map(list, zip(*sorted(ready), strict=True)), now)
        self._after = until
        if end is None:
            self._after = _START
            self.gaps, self._found = self._found, {}
            self.reasons, self._counted = self._counted, Counter()
