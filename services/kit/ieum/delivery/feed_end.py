"""Where the feed ends: Kafka keeps it beside the offsets, so that a restore of who only spoke is noticed."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

_NAME = "feed"


class FeedEnd(NamedTuple):
    """The last number that the feed has given, in the epoch in which it counts."""

    epoch: UUID
    number: int

    def __str__(self) -> str:
        """Return the metadata that is committed to Kafka with an offset."""
        return f"{_NAME} {self.epoch} {self.number}"


def feed_end_of(metadata: str) -> FeedEnd | None:
    """Read what was committed with an offset; None for anything that is not the end of a feed."""
    name, epoch, number, *_ = (*metadata.split(" "), "", "", "")
    try:
        return FeedEnd(UUID(epoch), int(number)) if name == _NAME else None
    except ValueError:
        return None


_END = """
select epoch, (select coalesce(max(number), 0) from feed) + (select count(*) from feed where number is null)
from feed_epoch where one
"""


async def read_feed_end(connection: Connection) -> FeedEnd:
    """Return where the feed in the database ends, once all that it holds has its number."""
    [(epoch, number)] = await connection.fetch(_END)
    return FeedEnd(epoch, number)


_DOUBTED = "update feed_epoch set doubted_end = $1 where one and doubted_end is null"
_TRUSTED = "update feed_epoch set doubted_end = null where doubted_end is not null"
_FIRST_END = "select doubted_end from feed_epoch where one"


async def note_doubted_end(connection: Connection) -> None:
    """Note where the feed ends in a database that may be older, before anything more is said there.

    It stands in the database, for whichever process compares it first.
    """
    await connection.execute(_DOUBTED, (await read_feed_end(connection)).number)


async def forget_doubted_end(connection: Connection) -> None:
    """Forget that: the database has been compared, or is not doubted."""
    await connection.execute(_TRUSTED)


async def read_first_end(connection: Connection) -> FeedEnd:
    """Return where the feed ended when it was first seen since the database was doubted."""
    end, first = await read_feed_end(connection), await connection.fetchval(_FIRST_END)
    return end if first is None else FeedEnd(end.epoch, min(first, end.number))


def missing_of_feed(end: FeedEnd, seen: Iterable[FeedEnd]) -> int:
    """Return how many events a feed that ends so lacks, of what it once had in the same epoch."""
    return max([0, *(each.number - end.number for each in seen if each.epoch == end.epoch)])
