"""What was found of each edge's silence, with all the numbers that it rests on."""

from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection

ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Silence:
    """The last judgement of an edge; the fields are those of the detector's `Finding`.

    `verdict` is `silent`, `usual`, `too-little-known` or `closed`; `slot` says with which answers it was
    compared: `weekday-and-hour`, `hour`, `weekday` or `all`.
    """

    sender: str
    recipient: str
    verdict: str
    slot: str | None
    samples: int
    outliers: int
    usual_seconds: float | None
    waiting: int
    beyond: int
    since: datetime | None
    last_answer_at: datetime | None
    found_at: datetime


SILENCES = """
select s.name as sender, r.name as recipient, f.verdict, f.slot, f.samples, f.outliers, f.usual_seconds,
    f.waiting, f.beyond, f.since, f.last_answer_at, f.found_at
from silence f join agency s on s.id = f.sender join agency r on r.id = f.recipient
order by f.verdict <> 'silent', s.name, r.name limit $1
"""


async def read_silences(connection: Connection) -> tuple[Silence, ...]:
    """List what was found of every edge, the silent ones first."""
    return tuple(Silence(**dict(row)) for row in await connection.fetch(SILENCES, ROWS_MAX))
