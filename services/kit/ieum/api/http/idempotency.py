"""One piece of work per Idempotency-Key: a repeated request gets the same answer and changes nothing.

How keys and answers are stored stands with their table, in `ieum.storage.idempotency_rows`.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asyncpg import Connection
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from ieum.access.access_log import current_visit
from ieum.api.http.request_body import read_command
from ieum.api.http.responses import response_of
from ieum.api.http.unit_of_work import writing
from ieum.api.problems import http_kinds
from ieum.api.problems.response import Problem
from ieum.delivery.delivery_context import Connections
from ieum.storage.access_rows import add_access
from ieum.storage.idempotency_rows import IdempotencyKey, StoredAnswer, StoredResponse, claim, keep

Content = TypeVar("Content")

_KEPT_HEADERS = ("location", "etag", "content-type")


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
            return replayed(kept, idempotency_key)
        answer = await work(connection, content)
        visit = current_visit()
        if visit is not None:
            await add_access(connection, [visit.row(answer.status_code)])
        await keep(connection, idempotency_key.key, stored(answer))
    if visit is not None:
        visit.kept = True
    return answer


def replayed(kept: StoredAnswer, idempotency_key: IdempotencyKey) -> Response:
    """Repeat an answer; raises Problem when it was given to another request."""
    if kept.idempotency_key.fingerprint != idempotency_key.fingerprint:
        raise Problem(http_kinds.KEY_REUSED)
    given = response_of(kept.answer)
    given.headers["idempotent-replayed"] = "true"
    return given


def stored(response: Response) -> StoredResponse:
    """Return what is stored of a response."""
    headers = [
        part
        for name in _KEPT_HEADERS
        if (value := response.headers.get(name)) is not None
        for part in (name, value)
    ]
    return StoredResponse(response.status_code, headers, bytes(response.body))
