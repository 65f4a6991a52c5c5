"""One piece of work per Idempotency-Key: a repeated request gets the same answer and changes nothing.

The key is inserted in the transaction that does the work. A request that arrives while the first still
runs waits for that row, and then finds either its answer or, after a refusal or a crash, nothing
and does the work itself. Only answers of the 2xx class are kept: a refusal changed nothing. Orders are served
together (ieum.application.group_commit), with their keys inserted last; an operator's action claims its
key first.
"""

import asyncio
import hashlib
import re
from datetime import timedelta

import structlog
from asyncpg import Connection
from starlette.requests import Request
from starlette.responses import Response

from ieum.api.http.responses import if_match
from ieum.api.problems import http_kinds
from ieum.api.problems.field_errors import FieldError
from ieum.api.problems.referral_kinds import IDENTIFIERS
from ieum.api.problems.response import Problem
from ieum.delivery.backoff import spread
from ieum.delivery.delivery_context import Connections
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.delivery.maintenance.retention_horizon import Horizon
from ieum.storage.idempotency_rows import IdempotencyKey, StoredAnswer, StoredResponse
from ieum_contracts.identifiers import contains_identifier

_log = structlog.get_logger(__name__)

KEPT = timedelta(days=7)
ANSWERS = "answers"
FORGOTTEN_MAX = 5_000
WAIT_SECONDS_MAX = 10.0
FORGET_SECONDS = 60.0
FORGET_PAUSE_SECONDS = 1.0

_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_KEPT_HEADERS = ("location", "etag", "content-type")

_CLAIM = """
insert into idempotency (key, fingerprint, at) values ($1, $2, now())
on conflict (key) do nothing returning true
"""
_KEPT = "select fingerprint, status, headers, body from idempotency where key = $1"


async def claim(connection: Connection, idempotency_key: IdempotencyKey) -> Response | None:
    """Claim the key for this transaction, or return the answer that was given under it before.

    Raises Problem when another request was carried out under the key.
    """
    if await connection.fetchval(
        _CLAIM, idempotency_key.key, idempotency_key.fingerprint, timeout=WAIT_SECONDS_MAX
    ):
        return None
    kept = await connection.fetchrow(_KEPT, idempotency_key.key)
    if kept is None:  # seven days old, and deleted between the two statements
        raise Problem(http_kinds.UNAVAILABLE)
    answer = StoredResponse(kept["status"], kept["headers"], kept["body"])
    return replayed(
        StoredAnswer(IdempotencyKey(idempotency_key.key, kept["fingerprint"]), answer), idempotency_key
    )


def replayed(kept: StoredAnswer, idempotency_key: IdempotencyKey) -> Response:
    """Repeat an answer; raises Problem when it was given to another request."""
    if kept.idempotency_key.fingerprint != idempotency_key.fingerprint:
        raise Problem(http_kinds.KEY_REUSED)
    given = response_of(kept.answer)
    given.headers["idempotent-replayed"] = "true"
    return given


def answer_of(response: Response) -> StoredResponse:
    """Return what is stored of a response."""
    headers = [
        part
        for name in _KEPT_HEADERS
        if (value := response.headers.get(name)) is not None
        for part in (name, value)
    ]
    return StoredResponse(response.status_code, headers, bytes(response.body))


def response_of(answer: StoredResponse) -> Response:
    """Make a response again from what is stored."""
    headers = dict(zip(answer.headers[::2], answer.headers[1::2], strict=True))
    return Response(answer.body, answer.status, {"cache-control": "no-store", **headers})


_KEEP = "update idempotency set status = $2, headers = $3, body = $4 where key = $1"


async def keep(connection: Connection, key: str, response: Response) -> None:
    """Store the answer, in the transaction of its work."""
    answer = answer_of(response)
    await connection.execute(_KEEP, key, answer.status, list(answer.headers), answer.body)


_FORGET = """
delete from idempotency where key = any(array(select key from idempotency where at < $1 order by at limit $2))
"""


_PULL_BACK = "update idempotency set at = now() where at > now() + interval '1 minute'"


async def forget(connection: Connection, horizon: Horizon) -> int:
    """Delete answers older than seven days, at most 5,000 a call; return how many.

    Their age is by the database's clock: an answer deleted early would let its work be done twice.
    """
    await connection.execute(_PULL_BACK)
    span = await horizon.look(connection)
    if span is None:
        return 0
    async with connection.transaction():
        await horizon.move(connection, span.start, span.end)
        status = await connection.execute(_FORGET, span.end, FORGOTTEN_MAX)
    return int(status.rpartition(" ")[2])


async def keep_forgetting(database: Connections, leading: asyncio.Event) -> None:
    """Delete old answers once a minute, until cancelled, while this process leads."""
    horizon = Horizon(ANSWERS, KEPT)
    while True:
        await leading.wait()
        try:
            async with database.acquire() as connection:
                more = await forget(connection, horizon) == FORGOTTEN_MAX
        except DATABASE_RETRYABLE:
            more = False
        except Exception as error:  # noqa: BLE001 - the service works without it; it is retried
            _log.error("idempotency.cleanup-failed", error=type(error).__name__)
            more = False
        await asyncio.sleep(spread(FORGET_PAUSE_SECONDS if more else FORGET_SECONDS))


def idempotency_key_of(request: Request, key: str, body: bytes) -> IdempotencyKey:
    """Return the fingerprint of a request: of method, path with query, If-Match and body."""
    head = (request.method, request.url.path, request.url.query, if_match(request) or "")
    return IdempotencyKey(key, hashlib.sha256("\n".join(head).encode() + b"\n" + body).digest())


def key_of(request: Request) -> str:
    """Read the request's key, which is kept; raises Problem when there is none, or one that may not be."""
    keys = request.headers.getlist("idempotency-key")
    if len(keys) != 1 or _KEY.fullmatch(keys[0]) is None:
        raise Problem(http_kinds.KEY_MISSING)
    if contains_identifier(keys[0]):
        raise Problem(IDENTIFIERS, {"errors": [FieldError("header", "idempotency-key", "identifier")]})
    return keys[0]
