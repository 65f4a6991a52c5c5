"""A batch that fails is read again, and one that waited for another process sees what that one did."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from asyncpg import Connection

from ieum.delivery.receiving.batch_locks import BatchState, lock_and_load
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.streams.batch_write import Rows
from ieum.delivery.streams.positions import Partition
from ieum.delivery.streams.stream import StreamKey, StreamPlace, lock_streams
from tests.kit.delivery.agencies import Bare, close, new_keys, open_bare, quiet, until
from tests.kit.delivery.bare_agency import Noted, Notes
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import add_parked, add_stream, peer_of, waiting

pytestmark = pytest.mark.stack

NOW = datetime(2026, 7, 1, tzinfo=UTC)
READ_AGAIN_SECONDS_MAX = 20.0
WAITS_SECONDS = 0.3
HOLD = "select from position for update"
CANCEL = """
select pg_cancel_backend(pid) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'
"""


async def heard(agency: Bare, key: UUID) -> object:
    return await agency.value("select heard from stream where key = $1", key)


async def test_a_batch_that_failed_is_read_again_though_nothing_follows_it(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    [key] = new_keys(1)
    await alpha.start()
    await beta.start()
    await alpha.say(beta.address, [key])
    await quiet(alpha, beta)

    async with beta.database.acquire() as holder, holder.transaction():
        await holder.execute(HOLD)
        await alpha.say(beta.address, [key])

        async def failed() -> bool:
            return bool(await holder.fetch(CANCEL))

        await until(failed)

    async def read_again() -> bool:
        return await heard(beta, key) == 2

    await until(read_again, seconds=READ_AGAIN_SECONDS_MAX)
    await alpha.stop()
    await beta.stop()


async def test_what_was_sought_is_forgotten_when_partitions_move(resting: Pair) -> None:
    """Another process may have read on meanwhile: what is missing then is looked for anew."""
    beta, other = resting.beta, await open_bare(resting.centre, "beta")
    await beta.start()
    assert beta.delivery is not None
    sought = beta.delivery._consumer._sought
    sought[1, 0] = 7
    await other.start()

    async def forgotten() -> bool:
        return not sought

    await until(forgotten)
    await close(other)
    await beta.stop()


async def load(
    connection: Connection, place: Partition, at: StreamKey
) -> tuple[dict[Partition, int], BatchState]:
    async with connection.transaction():
        return await lock_and_load(connection, {place: 0}, {StreamPlace(at, 1)})


async def test_who_waited_for_the_position_sees_what_was_parked_meanwhile(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    place, at = (1, 5), StreamKey(new_keys(1)[0], await peer_of(beta, alpha), 1)
    await beta.change("delete from position")
    await beta.change("insert into position values (1, 5, 0)")
    async with beta.database.acquire() as first, beta.database.acquire() as second:
        async with first.transaction():
            await lock_and_load(first, {place: 0}, {StreamPlace(at, 1)})
            waits = asyncio.create_task(load(second, place, at))
            await asyncio.sleep(WAITS_SECONDS)
            assert not waits.done(), "one process at a time takes a partition in"
            await add_parked(beta, waiting(beta, alpha, at, 2, NOW))
            await first.execute("update position set next_offset = 1")
        positions, state = await waits
    assert positions == {place: 1}
    assert [each.heard.sequence for each in state.waiting] == [2]
    await beta.change("truncate parked, position")


class Seeing(Notes):
    """Notes for each flush which keys had healed, as far as the load before it could see."""

    def __init__(self) -> None:
        self.seen: list[set[UUID]] = []

    async def flush(self, connection: Connection, known: Noted, rows: Rows, now: datetime) -> None:
        self.seen.append(known.healed)
        await super().flush(connection, known, rows, now)


async def test_who_finds_that_another_took_in_what_waited_loads_again(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    at, application = StreamKey(new_keys(1)[0], await peer_of(beta, alpha), 1), Seeing()
    await add_stream(beta, at)
    await add_parked(beta, waiting(beta, alpha, at, 1, NOW - timedelta(hours=1)))
    inbox = Inbox(beta.context, beta.outbox, application)
    async with beta.database.acquire() as other:
        async with other.transaction():
            await lock_streams(other, [at.key])
            wakes = asyncio.create_task(inbox.wake({at.key}))
            await asyncio.sleep(WAITS_SECONDS)
            assert not wakes.done()
            await other.execute("insert into healed values ($1)", at.key)
            await other.execute("update stream set heard = 1 where key = $1", at.key)
        await wakes

    assert application.seen == [{at.key}]
    assert await beta.value("select count(*) from parked") == 0
    await beta.change("truncate stream, healed")
