"""The one transaction of a request, and its answer when the database is away."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from asyncpg import Connection
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from ieum.api.http.idempotency import claim, idempotency_key_of, keep, key_of
from ieum.api.http.request_body import parse, read_body, refuse_identifiers
from ieum.api.problems import http_kinds
from ieum.api.problems.response import Problem
from ieum.delivery.delivery_context import Connections
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.errors import Transient
from ieum.storage.database import lend
from ieum.storage.idempotency_rows import IdempotencyKey

Content = TypeVar("Content")


@asynccontextmanager
async def reading(database: Connections) -> AsyncIterator[Connection]:
    """Lend a connection for reading; raises Problem 503 when the database is away."""
    try:
        async with lend(database) as connection:
            yield connection
    except (*DATABASE_RETRYABLE, Transient):
        raise Problem(http_kinds.UNAVAILABLE) from None


@asynccontextmanager
async def writing(database: Connections) -> AsyncIterator[Connection]:
    """Open the one transaction of a request that changes something."""
    async with reading(database) as connection, connection.transaction():
        yield connection


async def once(
    request: Request,
    database: Connections,
    contract: TypeAdapter[Content],
    work: Callable[[Connection, Content], Awaitable[Response]],
) -> Response:
    """Answer an operator's POST: validate the body, then do the work once, in one transaction."""
    content, idempotency_key = await read_command(request, contract)
    async with writing(database) as connection:
        kept = await claim(connection, idempotency_key)
        if kept is not None:
            return kept
        answer = await work(connection, content)
        await keep(connection, idempotency_key.key, answer)
    return answer


async def read_command(request: Request, contract: TypeAdapter[Content]) -> tuple[Content, IdempotencyKey]:
    """Read a POST's body and key; raises Problem when either is invalid."""
    key = key_of(request)
    body = await read_body(request)
    content = parse(contract, body)
    refuse_identifiers(body)
    return content, idempotency_key_of(request, key, body)
