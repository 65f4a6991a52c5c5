"""The one transaction of a request, and its answer when the database is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asyncpg import Connection

from ieum.api.problems import http_kinds
from ieum.api.problems.response import Problem
from ieum.delivery.delivery_context import Connections
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.errors import Transient
from ieum.storage.database import lend


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
