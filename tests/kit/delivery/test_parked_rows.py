"""Rows that wait: in the order of their stream, with their last retry time, due where they can go on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import pytest_asyncio

from ieum.delivery.blocked.not_understood import NOT_UNDERSTOOD, WokenUpTo, wake_for_new_contracts
from ieum.delivery.blocked.operator_actions import Act, skip
from ieum.delivery.blocked.parked_event import AWAITING_DELAY, AWAITING_DELAY_MAX
from ieum.delivery.blocked.parking import due_keys, load_parked
from ieum.delivery.maintenance.retry_not_understood import INTERVAL, WHOLE, RetryNotUnderstood
from ieum.delivery.records.received import NotLoaded
from ieum.delivery.streams.stream import StreamKey, StreamPlace
from tests.kit.delivery.agencies import Bare, new_keys
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import add_parked, add_stream, peer_of, waiting

pytestmark = pytest.mark.stack

NOW = datetime(2026, 7, 1, tzinfo=UTC)
ALL = "truncate stream, ledger, parked, notice, source, operator_act"


@pytest_asyncio.fixture(loop_scope="session")
async def beta(resting: Pair) -> AsyncIterator[Bare]:
    await peer_of(resting.beta, resting.alpha)
    await resting.beta.change(ALL)
    yield resting.beta
    await resting.beta.change(ALL)


async def streams(resting: Pair, count: int) -> list[StreamKey]:
    peer = await peer_of(resting.beta, resting.alpha)
    return [StreamKey(key, peer, 1) for key in new_keys(count)]


@pytest.mark.parametrize(
    ("waited", "delay"),
    [
        (timedelta(), AWAITING_DELAY),
        (timedelta(hours=1), timedelta(minutes=30)),
        (timedelta(days=3), AWAITING_DELAY_MAX),
    ],
)
async def test_what_is_early_is_looked_at_ever_more_seldom(
    resting: Pair, waited: timedelta, delay: timedelta
) -> None:
    [at] = await streams(resting, 1)
    event = waiting(resting.beta, resting.alpha, at, 1, NOW - waited)
    event.await_another("awaiting-referral", NOW)
    assert event.retry_at == NOW + delay


async def test_what_waits_again_has_its_new_retry_time(resting: Pair, beta: Bare) -> None:
    [at] = await streams(resting, 1)
    event = waiting(beta, resting.alpha, at, 1, NOW)
    await add_parked(beta, event)
    event.fail(NOW)
    event.told = True
    await add_parked(beta, event)
    assert await beta.rows("select retry_at, attempts, told, reason from parked") == [
        {"retry_at": event.retry_at, "attempts": 1, "told": True, "reason": "stream.waiting"}
    ]


async def test_what_waits_is_loaded_in_the_order_of_its_stream(resting: Pair, beta: Bare) -> None:
    [at], sequences = await streams(resting, 1), list(range(2, 14))
    for sequence in Random(1).sample(sequences, len(sequences)):
        await add_parked(beta, waiting(beta, resting.alpha, at, sequence, NOW))
    async with beta.database.acquire() as connection:
        loaded = await load_parked(connection, [at.key], {StreamPlace(at, 1)})
    assert [each.heard.sequence for each in loaded] == sequences


async def test_behind_a_gap_only_the_first_and_what_arrives_again_is_loaded(
    resting: Pair, beta: Bare
) -> None:
    [at] = await streams(resting, 1)
    for sequence in (3, 4, 5, 8):
        await add_parked(beta, waiting(beta, resting.alpha, at, sequence, NOW))

    async def loaded(*arriving: int) -> list[tuple[int, bool]]:
        async with beta.database.acquire() as connection:
            found = await load_parked(connection, [at.key], {StreamPlace(at, each) for each in arriving})
        return [(each.heard.sequence, isinstance(each.heard.content, NotLoaded)) for each in found]

    assert await loaded() == [(3, True)]
    assert await loaded(5) == [(3, True), (5, True)]
    assert await loaded(1, 2) == [(3, False), (4, False), (5, False)]
    assert await loaded(1, 2, 4) == [(3, False), (4, False), (5, False)]
    await add_stream(beta, at, heard=2)
    assert await loaded(6) == [(3, False), (4, False), (5, False)]
    assert await loaded(6, 7) == [(3, False), (4, False), (5, False), (8, False)]


async def test_only_the_first_of_a_stream_that_may_go_on_is_due(resting: Pair, beta: Bare) -> None:
    first, behind, stopped = await streams(resting, 3)
    for at, sequence in ((first, 1), (behind, 2), (stopped, 1)):
        event = waiting(beta, resting.alpha, at, sequence, NOW)
        event.retry_at = NOW
        await add_stream(beta, at, stopped="sequence.conflict" if at == stopped else None)
        await add_parked(beta, event)

    async def due() -> list[object]:
        async with beta.database.acquire() as connection:
            return [*await due_keys(connection, NOW)]

    assert await due() == [first.key]
    await beta.change("insert into source (peer, since, held) values ($1, now(), 'x')", first.peer)
    assert await due() == [], "its source is held"


async def test_a_number_that_an_operator_skips_waits_no_more(resting: Pair, beta: Bare) -> None:
    [at] = await streams(resting, 1)
    await add_stream(beta, at)
    await add_parked(beta, *(waiting(beta, resting.alpha, at, sequence, NOW) for sequence in (1, 2)))
    async with beta.database.acquire() as connection, connection.transaction():
        assert await skip(connection, beta.context, at, Act("op-1", "fold.failed"), NOW) is not None
    assert [row["sequence"] for row in await beta.rows("select sequence from parked")] == [2]
    assert await beta.value("select heard from stream") == 1


async def test_what_an_older_instance_parks_late_and_by_a_slow_clock_is_tried_in_the_next_interval(
    resting: Pair, beta: Bare
) -> None:
    [at], job = await streams(resting, 1), RetryNotUnderstood()
    event = waiting(beta, resting.alpha, at, 1, NOW - INTERVAL / 2)
    event.reason = "type.unknown"
    async with beta.database.acquire() as connection:
        await job.run(connection, NOW)
        await add_parked(beta, event)
        await job.run(connection, NOW + INTERVAL / 2)
        assert await beta.value("select retry_at from parked") is None
        await job.run(connection, NOW + INTERVAL)
    assert await beta.value("select retry_at from parked") == NOW + INTERVAL


async def test_what_was_not_understood_long_ago_is_tried_within_the_hour(resting: Pair, beta: Bare) -> None:
    """An older copy of the database, or an instance whose clock is far off, has parked it."""
    [at], job = await streams(resting, 1), RetryNotUnderstood()
    event = waiting(beta, resting.alpha, at, 1, NOW - 9 * WHOLE)
    event.reason = "type.unknown"
    async with beta.database.acquire() as connection:
        await job.run(connection, NOW)
        await add_parked(beta, event)
        await job.run(connection, NOW + INTERVAL)
        assert await beta.value("select retry_at from parked") is None
        await job.run(connection, NOW + WHOLE)
    assert await beta.value("select retry_at from parked") == NOW + WHOLE


async def test_what_is_not_understood_is_tried_again_a_part_at_a_time_each_once(
    resting: Pair, beta: Bare
) -> None:
    found = sorted(await streams(resting, 5))
    for number, at in enumerate(found):
        event = waiting(beta, resting.alpha, at, 1, NOW + timedelta(seconds=number // 2))
        event.reason = NOT_UNDERSTOOD[number % len(NOT_UNDERSTOOD)]
        await add_parked(beta, event)
    woken, place = [], WokenUpTo(NOW)
    async with beta.database.acquire() as connection:
        while (after := await wake_for_new_contracts(connection, place, NOW, limit=2)) is not None:
            woken.append(await beta.value("select count(*) from parked where retry_at is not null"))
            place = after
    assert woken == [2, 4]
    assert place == WokenUpTo(NOW + timedelta(seconds=1), *found[3], 1)
    assert await beta.value("select count(*) from parked where retry_at is not null") == 5
