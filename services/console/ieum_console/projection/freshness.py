"""How old the projection is: how far behind the topics it stands, and whether it can know that at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from asyncpg import Connection

SILENT_AFTER = timedelta(seconds=15)
"""The projector looks at the ends of the topics every two seconds; after this long without, it is away."""
CHANGES_MAX = 500


class Source(StrEnum):
    """Whether what is shown can be taken for live."""

    LIVE = "live"
    REBUILDING = "rebuilding"
    KAFKA_AWAY = "kafka-away"
    PROJECTOR_AWAY = "projector-away"


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the projection has come. `number` rises with every batch; it is the id of a live message.

    `as_of` is when it was last compared with the topics; None before the first time. `records_behind` and
    `seconds_behind` are what was known then; of `kafka-away` and `projector-away` they say no more than that.
    """

    source: Source
    number: int
    as_of: datetime | None
    applied: int
    records_behind: int | None
    seconds_behind: float | None
    away_since: datetime | None
    rebuild_records: int | None

    @property
    def is_live(self) -> bool:
        """Whether numbers may be shown without a mark."""
        return self.source is Source.LIVE


@dataclass(frozen=True, slots=True)
class Change:
    """Some records of one edge, taken in with the batch `number`."""

    number: int
    source: str
    recipient: str
    records: int
    at: datetime


BEHIND = """
select number, applied, checked_at, records_behind, oldest_unread_at, kafka_away_since, rebuilding_since,
    rebuild_records
from projector where id = 1
"""


async def behind(connection: Connection, now: datetime) -> Freshness:
    """Tell how far the projection is behind the topics, and whether that is still true."""
    row = await connection.fetchrow(BEHIND)
    if row is None:
        raise LookupError("The projection has no row for its projector; migrate the console's database.")
    checked, oldest = row["checked_at"], row["oldest_unread_at"]
    away = row["kafka_away_since"]
    if away is not None:
        source = Source.KAFKA_AWAY
    elif checked is None or now - checked > SILENT_AFTER:
        source = Source.PROJECTOR_AWAY
    else:
        source = Source.REBUILDING if row["rebuilding_since"] is not None else Source.LIVE
    return Freshness(
        source=source,
        number=row["number"],
        as_of=checked,
        applied=row["applied"],
        records_behind=row["records_behind"],
        seconds_behind=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        away_since=away or (checked if source is Source.PROJECTOR_AWAY else None),
        rebuild_records=row["rebuild_records"],
    )


CHANGES = """
select c.number, s.name as source, r.name as recipient, c.records, c.at
from change c join agency s on s.id = c.source join agency r on r.id = c.recipient
where c.number > $1 order by c.number, s.name, r.name limit $2
"""


async def changes_since(connection: Connection, number: int) -> tuple[Change, ...]:
    """List what was taken in after a batch's number, oldest first; whole batches, at most about 500 rows.

    Changes are kept for an hour: a reader that is further back (`changes_missed`) shows its page anew.
    """
    rows = await connection.fetch(CHANGES, number, CHANGES_MAX)
    found = [Change(**dict(row)) for row in rows]
    if len(found) == CHANGES_MAX and found[0].number != found[-1].number:
        found = [each for each in found if each.number != found[-1].number]
    return tuple(found)


MISSED = """
select exists (select from projector where id = 1 and number > $1)
    and not exists (select from change where number <= $1)
"""


async def changes_missed(connection: Connection, number: int) -> bool:
    """Whether something after a batch's number may have been forgotten before it was read."""
    return bool(await connection.fetchval(MISSED, number))
