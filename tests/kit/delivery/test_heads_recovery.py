"""What a peer's heads say is expected, asked for in turn, and never lets a number be given twice."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from ieum.delivery.recovering.heads import BEHIND, hear_heads
from ieum.delivery.recovering.missing_numbers import missing_numbers
from ieum.delivery.streams.stream import StreamKey
from ieum_contracts.delivery import StreamHead
from ieum_contracts.topics import Family
from tests.kit.delivery.agencies import Bare, new_keys
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import add_parked, add_stream, peer_of, waiting

pytestmark = pytest.mark.stack

NOW, AGE = datetime(2026, 7, 1, tzinfo=UTC), timedelta(seconds=30)
ALL = "truncate stream, parked, expected, told"
TOLD = "insert into told values ($1, $2, 1, $3, 'parked', 'fold.failed', now())"
OLDER = "update expected set since = since - interval '1 hour'"


@pytest_asyncio.fixture(loop_scope="session")
async def beta(resting: Pair) -> AsyncIterator[Bare]:
    await resting.beta.change(ALL)
    yield resting.beta
    await resting.beta.change(ALL)


async def streams(resting: Pair, count: int) -> list[StreamKey]:
    peer = await peer_of(resting.beta, resting.alpha)
    return [StreamKey(key, peer, 1) for key in new_keys(count)]


async def hear(agency: Bare, at: StreamKey, said: int = 0, heard: int = 0) -> None:
    """Hear one head of a peer."""
    async with agency.database.acquire() as connection:
        head = StreamHead(family=Family.REFERRAL, key=at.key, said=said, heard=heard)
        await hear_heads(connection, agency.context, at.peer, [head])


async def is_missing(agency: Bare, limit: int = 10) -> list[tuple[StreamKey, int, int]]:
    async with agency.database.acquire() as connection:
        return await missing_numbers(connection, AGE, limit)


async def test_a_head_that_arrives_late_takes_nothing_back(resting: Pair, beta: Bare) -> None:
    [at] = await streams(resting, 1)
    await add_stream(beta, at, heard=1)
    await hear(beta, at, said=5)
    await hear(beta, at, said=3)
    await beta.change(OLDER)

    assert await is_missing(beta) == [(at, 2, 5)]


async def test_numbers_that_a_peer_has_heard_are_not_given_again(resting: Pair, beta: Bare) -> None:
    begun, unknown = await streams(resting, 2)
    await add_stream(beta, begun, said=2)
    for at in (begun, unknown):
        await hear(beta, at, heard=4)

    rows = await beta.rows("select said, stopped from stream")
    assert rows == [{"said": 4, "stopped": BEHIND}] * 2


async def test_what_a_peer_waits_at_is_forgotten_once_it_has_heard_it(resting: Pair, beta: Bare) -> None:
    [at] = await streams(resting, 1)
    await add_stream(beta, at, said=9)
    for sequence in (3, 4):
        await beta.change(TOLD, at.key, at.peer, sequence)
    await hear(beta, at, heard=3)

    assert await beta.rows("select sequence from told") == [{"sequence": 4}]


async def test_what_is_stopped_or_waits_here_is_not_asked_for(resting: Pair, beta: Bare) -> None:
    lost, stopped, parked = await streams(resting, 3)
    await add_stream(beta, stopped, stopped="sequence.conflict")
    await add_stream(beta, parked, heard=1)
    await add_parked(beta, waiting(beta, resting.alpha, parked, 2, NOW))
    for at in (lost, stopped, parked):
        await hear(beta, at, said=3)
    await beta.change(OLDER)

    assert await is_missing(beta) == [(lost, 1, 3)]


async def test_what_has_come_meanwhile_is_expected_no_more(resting: Pair, beta: Bare) -> None:
    came, lost = await streams(resting, 2)
    for at in (came, lost):
        await hear(beta, at, said=3)
    await beta.change(OLDER)
    await add_stream(beta, came, heard=3)

    assert await is_missing(beta) == [(lost, 1, 3)]
    assert [row["key"] for row in await beta.rows("select key from expected")] == [lost.key]


async def test_what_nobody_can_send_keeps_nothing_else_from_being_asked_for(
    resting: Pair, beta: Bare
) -> None:
    ats = await streams(resting, 4)
    for at in ats:
        await hear(beta, at, said=1)
    assert await is_missing(beta) == [], "what is young may still come"
    await beta.change(OLDER)

    asked = [at for _ in range(2) for at, *_ in await is_missing(beta, limit=2)]
    assert sorted(asked) == sorted(ats)
    assert await is_missing(beta) == [], "each is asked for once in that time"
    await beta.change("update expected set asked_at = asked_at - interval '1 hour'")
    await beta.change(
        "update expected set asked_at = asked_at - interval '1 hour' where key = $1", ats[3].key
    )
    assert [at for at, *_ in await is_missing(beta, limit=1)] == [ats[3]]
