"""The feed's numbers: given after commit by one writer, so that no reader skips a late commit."""

from asyncpg import Connection

NUMBERED_MAX = 1000

_NUMBER = """
with durable as (
    select set_config('synchronous_commit', 'on', true)
), last as (
    select coalesce(max(number), 0) as number from feed
), fresh as (
    select id, row_number() over (order by id) as n
    from (select id from feed where number is null order by id limit $1) as unnumbered
)
update feed set number = last.number + fresh.n from fresh, last, durable
where feed.id = fresh.id and feed.number is null
"""


async def number_feed(connection: Connection) -> None:
    """Give numbers to what has been committed; for the holder of the relay's lock alone.

    Unlike what else its connection commits, numbers are on disk before anybody sees them: given anew after
    a crash, they could put a late commit before what a reader has read already.
    """
    while int((await connection.execute(_NUMBER, NUMBERED_MAX)).removeprefix("UPDATE ")) == NUMBERED_MAX:
        pass
