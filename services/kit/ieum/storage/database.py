"""A bounded pool of connections to the agency's database, which keep their prepared statements."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from time import perf_counter
from typing import cast

import asyncpg
from asyncpg import Connection, Pool

from ieum.delivery.delivery_context import Connections
from ieum.delivery.sessions import SERVER_STARTED, SESSION_SETTINGS

CONNECTIONS_MAX = 8
STATEMENT_SECONDS_MAX = 10.0
CONNECT_SECONDS_MAX = 5.0
CONNECTION_WAIT_SECONDS = 3.0
CLOSE_SECONDS_MAX = 5.0

_SESSION = {
    **SESSION_SETTINGS,
    "idle_in_transaction_session_timeout": "30s",
    # A command that waits this long for a row gives up, so that those in its transaction can go on.
    "lock_timeout": "3s",
    "timezone": "UTC",
    "application_name": "ieum",
}


def unnoted(_seconds: float) -> None:
    """Let go by what nobody measures."""


class Database:
    """Lends connections. Each is for one transaction at a time, which the borrower opens and ends.

    `waited` is called with the seconds for which each was waited for, also in vain.
    """

    def __init__(self, pool: Pool, waited: Callable[[float], None] = unnoted) -> None:
        self._pool = pool
        self._waited = waited

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        """Lend a connection, waiting for a free one."""
        asked = perf_counter()
        try:
            connection = await self._pool.acquire()
        finally:
            self._waited(perf_counter() - asked)
        try:
            yield cast("Connection", connection)
        finally:
            await self._pool.release(connection)

    async def close(self) -> None:
        """Wait for lent connections, at most a few seconds, and disconnect."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()


@asynccontextmanager
async def lend(database: Connections) -> AsyncIterator[Connection]:
    """Lend a connection to a request; raises TimeoutError when none is free within the limit."""
    lent = database.acquire()
    async with asyncio.timeout(CONNECTION_WAIT_SECONDS):
        connection = await lent.__aenter__()
    try:
        yield connection
    finally:
        await lent.__aexit__(None, None, None)


async def open_database(
    dsn: str,
    password: Callable[[], str] | None = None,
    connections_max: int = CONNECTIONS_MAX,
    waited: Callable[[float], None] = unnoted,
    *,
    statement_seconds: float = STATEMENT_SECONDS_MAX,
    server: Callable[[datetime], None] | None = None,
) -> Database:
    """Return the pool; connections are opened when they are needed, so this never fails.

    `password` is called for each connection: a password that was changed is known from the next one on.
    `server` is called with when the server of a new connection was started, before that one is lent.
    """

    async def tell_server(connection: Connection) -> None:
        if server is not None:
            server(await connection.fetchval(SERVER_STARTED))

    return Database(
        await asyncpg.create_pool(
            dsn,
            password=password,
            min_size=0,
            max_size=connections_max,
            timeout=CONNECT_SECONDS_MAX,
            command_timeout=statement_seconds,
            server_settings=_SESSION,
            reset=_keep,
            init=tell_server,
        ),
        waited,
    )


async def _keep(connection: Connection) -> None:
    """Skip the reset: none of our statements changes its session, and a reset costs a round trip."""
