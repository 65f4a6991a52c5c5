"""The count of a source's wrong events: over an hour, above the limit, and begun anew when it is released."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from ieum.delivery.blocked.source_breaker import COMPARING, TOO_MANY, WINDOW, count_troubles, release_due
from tests.kit.delivery.agencies import Bare
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.rows import peer_of

pytestmark = pytest.mark.stack

NOW = datetime(2026, 7, 1, tzinfo=UTC)
TROUBLES_MAX = 3


@pytest_asyncio.fixture(loop_scope="session")
async def beta(resting: Pair) -> AsyncIterator[Bare]:
    await peer_of(resting.beta, resting.alpha)
    await resting.beta.change("truncate source")
    yield resting.beta
    await resting.beta.change("truncate source")


async def held_after(beta: Bare, peer: int, troubles: int, at: datetime = NOW) -> object:
    context = replace(beta.context, troubles_max=TROUBLES_MAX)
    async with beta.database.acquire() as connection:
        await count_troubles(connection, context, {peer: troubles}, at)
    return await beta.value("select held from source")


async def test_a_source_is_held_above_the_limit_of_an_hour(resting: Pair, beta: Bare) -> None:
    peer = await peer_of(beta, resting.alpha)
    assert await held_after(beta, peer, TROUBLES_MAX) is None
    assert await held_after(beta, peer, 1, NOW + WINDOW) is None, "what was an hour ago is over"
    assert await held_after(beta, peer, TROUBLES_MAX, NOW + WINDOW + timedelta(minutes=1)) == TOO_MANY


async def test_a_source_that_is_compared_is_not_released_by_the_hour(resting: Pair, beta: Bare) -> None:
    peer = await peer_of(beta, resting.alpha)
    await beta.change("insert into source (peer, since, held) values ($1, $2, $3)", peer, NOW, COMPARING)
    assert await held_after(beta, peer, 9 * TROUBLES_MAX) == COMPARING


async def test_a_source_is_released_after_its_hour_with_nothing_counted(resting: Pair, beta: Bare) -> None:
    peer = await peer_of(beta, resting.alpha)
    await held_after(beta, peer, 9)
    async with beta.database.acquire() as connection:
        await release_due(connection, beta.context, NOW + WINDOW - timedelta(seconds=1))
        assert await beta.value("select held from source") == TOO_MANY
        await release_due(connection, beta.context, NOW + WINDOW)
    rows = await beta.rows("select held, held_until, troubles from source")
    assert rows == [{"held": None, "held_until": None, "troubles": 0}]
