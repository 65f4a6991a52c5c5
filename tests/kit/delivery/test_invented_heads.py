"""Heads about streams that nobody knows take no more room than is allowed, and known streams go on."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from ieum.delivery.recovering.heads import BEHIND, hear_heads
from ieum_contracts.delivery import StreamHead
from ieum_contracts.topics import Family
from tests.kit.delivery.agencies import Bare, new_keys
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack

ROOM, NOTICE, NOTICES = 1_000, 500, 5


async def hear(agency: Bare, keys: Sequence[UUID], said: int, heard: int) -> None:
    told = [StreamHead(family=Family.REFERRAL, key=key, said=said, heard=heard) for key in keys]
    async with agency.database.acquire() as connection, connection.transaction():
        await hear_heads(connection, agency.context, 1, told)


async def test_invented_heads_fill_the_database_only_so_far(resting: Pair) -> None:
    alpha, beta = resting.alpha, resting.beta
    alpha.context = replace(alpha.context, limits=replace(alpha.context.limits, unknown_of_peer=ROOM))
    await alpha.say(beta.address, known := new_keys(3))
    assert await alpha.value("select min(peer) = 1 and max(peer) = 1 from stream")
    invented = [new_keys(NOTICE) for _ in range(NOTICES)]
    with capture_logs() as logs:
        for keys in invented:
            await hear(alpha, keys, said=5, heard=7)
    assert await alpha.value("select count(*) from expected") == ROOM
    assert await alpha.value("select count(*) from stream where stopped = $1", BEHIND) == ROOM
    assert [each["event"] for each in logs].count("heads.too-many") == NOTICES - ROOM // NOTICE

    await hear(alpha, known, said=0, heard=9)
    await hear(alpha, invented[0], said=8, heard=7)
    behind = "select count(*) from stream where key = any($1::uuid[]) and stopped = $2 and said = 9"
    assert await alpha.value(behind, known, BEHIND) == 3, "a stream of our own is never left out"
    more = "select count(*) from expected where key = any($1::uuid[]) and said = 8"
    assert await alpha.value(more, invented[0]) == NOTICE, "nor what is expected already"
