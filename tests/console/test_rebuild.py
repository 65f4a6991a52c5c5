"""Made anew from the topics the projection is the same, under the eyes of a projector that runs elsewhere."""

import asyncio

import pytest

from ieum_console.projector.projector import Projector
from ieum_console.service import rebuild_projection
from tests.console.conftest import Console
from tests.console.test_projector import caught_up, projecting, table
from tests.console.writing import flat, referrals, writer

pytestmark = pytest.mark.stack

SAME = (
    "select id, state, since, holder, due_at, due_clock, open_asks, last_at from referral order by id",
    "select key, source, recipient, sequence, event_id, sends, sent_at from step order by 1, 2, 3, 4",
    "select sender, recipient, state, referrals from tally where referrals <> 0 order by 1, 2, 3",
    "select source, recipient, records, events from edge order by 1, 2",
    "select sum(records) from flow",
    "select referral, answered_at from answer_sample order by 1",
)

COUNTED_WRONG = """
with held as (
    select source, (said_at at time zone 'Asia/Seoul')::date as day, type, count(*)::integer as events
    from step where family = 1 group by 1, 2, 3
)
(table held except table day_of_events) union all (table day_of_events except table held)
"""


async def whole(console: Console) -> list[list[tuple[object, ...]]]:
    return [await table(console, each) for each in SAME]


async def test_a_rebuilt_projection_is_the_same_and_tells_its_progress(console: Console) -> None:
    said = flat(referrals(100))
    told: list[str] = []
    async with writer(console.centre) as write, projecting(console):
        await write.say(*said)
        await caught_up(console)
        before = await whole(console)
        async with console.database.acquire() as connection:
            await connection.execute("update referral set state = 'requested'")

        await rebuild_projection(console.settings, told.append)

        await caught_up(console)
        assert await whole(console) == before
        assert await table(console, "select sum(events) from day_of_events") == [(len(said),)]
        assert await table(console, COUNTED_WRONG) == []
    assert told[0] == f"{len(said)} records are read again from the topics."
    assert told[-1] == f"{len(said)} of {len(said)} records (100 %), 0 to go."


async def test_what_the_topics_no_longer_hold_is_kept(console: Console) -> None:
    """Records older than fourteen days: here they lie below the offset that a topic begins with."""
    async with writer(console.centre) as write:
        await write.say(*flat(referrals(20)))
        async with projecting(console):
            await caught_up(console)
        async with console.database.acquire() as connection:
            await connection.execute('update step set "offset" = "offset" - 1000000')
        before = (await whole(console))[:3]

        await rebuild_projection(console.settings, lambda _: None)

        assert (await whole(console))[:3] == [
            *before[:1],
            [(*r[:5], 2, *r[6:]) for r in before[1]],
            before[2],
        ]
        assert await table(console, COUNTED_WRONG) == []


async def test_a_projector_notices_that_it_writes_to_a_projection_that_is_gone(console: Console) -> None:
    projector = Projector(console.settings, console.database)
    async with console.database.acquire() as connection:
        await projector.store.begin(connection)
        await connection.execute("update projector set rebuilds = rebuilds + 1")
    task = asyncio.create_task(projector.run())
    async with writer(console.centre) as write:
        await write.say(*flat(referrals(3)))
        await caught_up(console)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await table(console, "select state, count(*) from referral group by state") == [("closed", 3)]
