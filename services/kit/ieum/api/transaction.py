"""The one transaction that a request may have, and what becomes of a request when the database is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, TypeVar

import asyncpg
from asyncpg import Connection
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from ieum.api import kinds
from ieum.api.bodies import parse, read_body
from ieum.api.idempotency import claim, fingerprint_of, keep, key_of
from ieum.api.problems import Problem
from ieum.errors import Transient

CONNECTION_WAIT_SECONDS = 3.0

Content = TypeVar("Content")

_AWAY = (
    OSError,
    TimeoutError,
    Transient,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
"""Errors of the database's side: nothing is wrong with the request, and later it may succeed."""


class Connections(Protocol):
    """Where database connections come from."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection, waiting for a free one; the caller bounds the wait."""
        ...


@asynccontextmanager
async def reading(connections: Connections) -> AsyncIterator[Connection]:
    """Lend a connection for statements that change nothing; raises Problem 503 when the database is away."""
    lent = connections.acquire()
    try:
        async with asyncio.timeout(CONNECTION_WAIT_SECONDS):
            connection = await lent.__aenter__()
    except _AWAY:
        raise Problem(kinds.UNAVAILABLE) from None
    try:
        yield connection
    except _AWAY:
        raise Problem(kinds.UNAVAILABLE) from None
    finally:
        await lent.__aexit__(None, None, None)


@asynccontextmanager
async def writing(connections: Connections) -> AsyncIterator[Connection]:
    """Open the one transaction of a request that changes something."""
    async with reading(connections) as connection, connection.transaction():
        yield connection


async def once(
    request: Request,
    connections: Connections,
    contract: TypeAdapter[Content],
    work: Callable[[Connection, Content], Awaitable[Response]],
) -> Response:
    """Answer a POST: understand the body, then do the work once, in one transaction."""
    key = key_of(request)
    body = await read_body(request)
    content = parse(contract, body)
    async with writing(connections) as connection:
        kept = await claim(connection, key, fingerprint_of(request, body))
        if kept is not None:
            return kept
        answer = await work(connection, content)
        await keep(connection, key, answer)
    return answer
