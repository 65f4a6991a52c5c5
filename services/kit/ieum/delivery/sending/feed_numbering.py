"""The feed's numbers: given after commit by one writer, so that no reader skips a late commit."""

from asyncpg import Connection

NUMBERED_MAX = 1000

_NUMBER = """
with durable as (
    select set_config('synchronous_commit', 'on', true)
), last as (
    select coalesce(max(number), 0) as number from feed
), fresh as materialized (
    select array(select id from feed where number is null order by id limit $1) as ids
)
update feed set number = last.number + array_position((select ids from fresh), feed.id) from last, durable
where feed.id = any((select ids from fresh)::bigint[]) and coalesce(feed.number, 0) = 0
"""
# Statistics made while every row has its number say that `is null` finds none: with it in the last line, each
# of a thousand rows would be searched for among all that have none.


async def number_feed(connection: Connection) -> bool:
    """Give numbers to committed entries, and return whether there were any; needs the relay's lock.

    Unlike other commits of this connection, numbers are on disk before anybody sees them: given again after
    a crash, they could place a late commit before what a reader has read already.
    """
    given, last = 0, NUMBERED_MAX
    while last == NUMBERED_MAX:
        last = int((await connection.execute(_NUMBER, NUMBERED_MAX)).removeprefix("UPDATE "))
        given += last
    return given > 0
