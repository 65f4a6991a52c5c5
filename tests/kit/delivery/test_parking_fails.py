"""Where not even setting a record aside helps, nothing is skipped: delivery waits and goes on by itself."""

import asyncio

import pytest

from tests.kit.delivery.agencies import check_histories, new_keys, quiet
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack


async def test_a_database_that_fails_in_an_unknown_way_loses_nothing(pair: Pair) -> None:
    keys = new_keys(4)
    await pair.alpha.say(pair.beta.address, keys)
    await quiet(pair.alpha, pair.beta)
    await pair.beta.change("alter table parked rename to parked_elsewhere")
    for _ in range(8):
        await pair.alpha.say(pair.beta.address, keys)
        await asyncio.sleep(0.25)
    await pair.beta.change("alter table parked_elsewhere rename to parked")
    await pair.alpha.say(pair.beta.address, keys)
    await quiet(pair.alpha, pair.beta)

    assert await check_histories(pair.alpha, pair.beta) == 2 * 4 * 10
