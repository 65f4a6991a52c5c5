"""Keeps the relays of an agency from sending for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asyncpg import Connection

from ieum.delivery.sending.leadership import LOCK
from ieum_contracts.address import Address
from tests.chaos.scene import Scene

LOCK_SECONDS_MAX = 30.0
_LOCK = "select pg_try_advisory_lock($1)"
_END_RELAYS = """
select pg_terminate_backend(pid) from pg_stat_activity
where application_name = 'ieum-relay' and datname = current_database()
"""


@asynccontextmanager
async def no_relay(scene: Scene, me: Address) -> AsyncIterator[Connection]:
    """Hold the relay's lock in its place: what is said meanwhile waits in the outbox."""
    async with scene.database(me) as connection, asyncio.timeout(LOCK_SECONDS_MAX):
        while not await connection.fetchval(_LOCK, LOCK):
            await connection.execute(_END_RELAYS)
            await asyncio.sleep(0)
        yield connection
