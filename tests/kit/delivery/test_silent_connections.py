"""Connections to Kafka that stay open and on which nothing comes any more: they are given up in seconds."""

import asyncio
from typing import Any

import pytest
from aiokafka import client

from ieum_lab.embedded.ports import free_port
from ieum_lab.embedded.stack import Stack
from tests.chaos.door import Deaf, Door
from tests.kit.delivery.agencies import check_histories, limited, new_keys, quiet
from tests.kit.delivery.conftest import Pair

pytestmark = pytest.mark.stack
HEAL_SECONDS_MAX = 30.0
"""Less than the 40 seconds that a client waits by itself."""


async def test_what_was_said_meanwhile_is_read_by_new_connections(
    stack: Stack, resting: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    alpha, beta, keys = resting.alpha, resting.beta, new_keys(20)
    port = int(stack.kafka_bootstrap.rsplit(":", 1)[1])
    doors = [Door(free_port(), port) for _ in range(2)]
    await asyncio.gather(*(door.open() for door in doors))
    present = doors[0]
    connect = client.create_conn

    async def through(host: str, to: int, **rest: Any) -> object:
        return await connect(host, present.port if to == port else to, **rest)

    monkeypatch.setattr(client, "create_conn", through)
    with limited(alpha, beta, answer_seconds=3.0, send_seconds=3.0):
        await asyncio.gather(alpha.start(), beta.start())
        await alpha.say(beta.address, keys)
        await quiet(alpha, beta, keys=keys)

        present, doors[0].deaf = doors[1], Deaf.BROKER
        await alpha.say(beta.address, keys)
        await quiet(alpha, beta, keys=keys, seconds=HEAL_SECONDS_MAX)
        await asyncio.gather(alpha.stop(), beta.stop())
    await asyncio.gather(*(door.close() for door in doors))
    await check_histories(alpha, beta)
