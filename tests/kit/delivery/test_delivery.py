"""What two agencies say to each other arrives: all of it, once, in order, over restarts."""

import asyncio

import pytest

from tests.kit.delivery.agencies import check_histories, new_keys, quiet
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack


async def test_events_and_their_answers_arrive_once_and_in_order(pair: Pair) -> None:
    keys = new_keys(20)
    for _ in range(5):
        await asyncio.gather(
            pair.alpha.say(pair.beta.address, keys), pair.beta.say(pair.alpha.address, keys[:5])
        )
    await quiet(pair.alpha, pair.beta)

    assert await check_histories(pair.alpha, pair.beta) == 2 * (5 * 20 + 5 * 5)
