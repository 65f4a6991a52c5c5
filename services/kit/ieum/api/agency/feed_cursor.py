"""Feed cursors: opaque, with the feed's epoch, so that a reader notices when the feed was restarted."""

from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

from ieum.api.http.responses import read_cursor, write_cursor
from ieum.api.problems import http_kinds
from ieum.api.problems.delivery_kinds import FEED_RESTARTED
from ieum.api.problems.field_errors import FieldError
from ieum.api.problems.response import Problem

NUMBER_MAX = 2**63 - 1
NUMBER_DIGITS_MAX = 19
BEGINNING = "0"


class FeedPlace(NamedTuple):
    """The last event that a reader has seen; epoch and event are None when only a number is known."""

    number: int
    epoch: UUID | None = None
    event: UUID | None = None

    def text(self) -> str:
        """Return it as a cursor."""
        return write_cursor(self.number, self.epoch, self.event or "")


def read_place(after: str) -> FeedPlace:
    """Read a cursor, or the plain number that cursors once were; raises Problem for anything else."""
    if after.isascii() and after.isdecimal() and len(after) <= NUMBER_DIGITS_MAX:
        return FeedPlace(_number(after))
    try:
        number, epoch, event = read_cursor(after, 3)
        return FeedPlace(_number(number), UUID(epoch), UUID(event) if event else None)
    except (ValueError, Problem):
        raise _no_cursor() from None


_STANDING = """
select e.epoch, coalesce((select max(number) from feed), 0) as end, (
    select l.event_id from feed f
    cross join lateral (
        select event_id from ledger
        where key = f.key and peer = f.peer and family = f.family and said = f.said and sequence = f.sequence
        limit 1
    ) l
    where f.number = $1
) as event
from feed_epoch e where e.one
"""


async def found_place(connection: Connection, place: FeedPlace) -> FeedPlace:
    """Return a reader's place in the feed; raises Problem for a place that is not in this feed.

    The epoch changes when a restore is noticed. The event's id shows it also when it was not noticed: another
    event then has the number.
    """
    [row] = await connection.fetch(_STANDING, place.number)  # the migration keeps the one row of feed_epoch
    is_ours = place.epoch in {None, row["epoch"]} and place.event in {None, row["event"]}
    if place.number > row["end"] or not is_ours:
        raise Problem(FEED_RESTARTED, {"begin": BEGINNING})
    return FeedPlace(place.number, row["epoch"], row["event"])


def _number(text: str) -> int:
    number = int(text)
    if not 0 <= number <= NUMBER_MAX:
        raise _no_cursor()
    return number


def _no_cursor() -> Problem:
    return Problem(http_kinds.QUERY, {"errors": [FieldError("query", "after", "cursor")]})
