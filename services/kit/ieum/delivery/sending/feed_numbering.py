"""The feed's numbers: given after commit by one writer, so that no reader skips a late commit."""

from asyncpg import Connection

from ieum.delivery.feed_end import FeedEnd
from ieum.delivery.limits import USUAL
from ieum.delivery.sending.read_from import FEED, ReadFrom

_NUMBER = """
with durable as (
    select set_config('synchronous_commit', 'on', true)
), last as (
    select coalesce(max(number), 0) as number from feed
), fresh as materialized (
    select array(select ctid from feed where number is null and id > $2 order by id limit $1) as places
), numbered as (
    update feed set number = last.number + array_position((select places from fresh), feed.ctid)
    from last, durable
    where feed.ctid = any((select places from fresh)::tid[]) and coalesce(feed.number, 0) = 0
    returning feed.id, feed.number
)
select count(*), max(id), max(number), (select epoch from feed_epoch where one) from numbered
"""
# Statistics made while every row has its number say that `is null` finds none: with it in the update, each
# of a thousand rows would be searched for among all that have none.


async def number_feed(
    connection: Connection, read_from: ReadFrom | None = None, rows_max: int = USUAL.numbered_rows
) -> FeedEnd | None:
    """Give numbers to committed entries, and return the last one; needs the relay's lock.

    Entries before those that have long got their numbers are not looked for again: see `ReadFrom`.
    Unlike other commits of this connection, numbers are on disk before anybody sees them: given again after
    a crash, they could place a late commit before what a reader has read already.
    """
    end, rows, queue = None, rows_max, read_from or ReadFrom()
    while rows == rows_max:
        [row] = await connection.fetch(_NUMBER, rows_max, queue.begin(FEED))
        rows, last, number, epoch = row
        if rows:
            queue.done(FEED, last)
            end = FeedEnd(epoch, number)
    queue.read_through(FEED)
    return end
