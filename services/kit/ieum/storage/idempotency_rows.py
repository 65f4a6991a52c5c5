"""Answers given under an Idempotency-Key: stored in the transaction of their work, and kept for seven days.

The key is inserted in the transaction that does the work. A request that arrives while the first still
runs waits for that row, and then finds either its answer or, after a refusal or a crash, nothing
and does the work itself. Only answers of the 2xx class are kept: a refusal changed nothing. Commands are
executed together (ieum.application.group_commit), with their keys inserted last; an operator's action claims
its key first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from asyncpg import Connection

from ieum.delivery.delivery_context import Connections
from ieum.delivery.maintenance.retention_horizon import Horizon
from ieum.delivery.statement_status import affected
from ieum.errors import Transient

KEPT = timedelta(days=7)
ANSWERS = "answers"
FORGOTTEN_MAX = 5_000
TURN_SECONDS = 60.0
WAIT_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The key under which work is done once. `fingerprint` shows whether other work uses the same key."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer as it was given. `headers` alternates names and values."""

    status: int
    headers: Sequence[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer with its idempotency key, as it is stored; the database adds the time."""

    idempotency_key: IdempotencyKey
    answer: StoredResponse


_CLAIM = """
insert into idempotency (key, fingerprint, at) values ($1, $2, now())
on conflict (key) do nothing returning true
"""
_KEPT = "select fingerprint, status, headers, body from idempotency where key = $1"


async def claim(connection: Connection, idempotency_key: IdempotencyKey) -> StoredAnswer | None:
    """Claim the key for this transaction, or return the answer that was given under it before.

    Raises Transient when that answer, seven days old, was deleted between the two statements.
    """
    key, fingerprint = idempotency_key.key, idempotency_key.fingerprint
    if await connection.fetchval(_CLAIM, key, fingerprint, timeout=WAIT_SECONDS_MAX):
        return None
    kept = await connection.fetchrow(_KEPT, key)
    if kept is None:
        raise Transient("The answer under this key has just been deleted; send the request again.")
    answer = StoredResponse(kept["status"], kept["headers"], kept["body"])
    return StoredAnswer(IdempotencyKey(key, kept["fingerprint"]), answer)


_KEEP = "update idempotency set status = $2, headers = $3, body = $4 where key = $1"


async def keep(connection: Connection, key: str, answer: StoredResponse) -> None:
    """Store the answer, in the transaction of its work."""
    await connection.execute(_KEEP, key, answer.status, list(answer.headers), answer.body)


class AnswerRetention:
    """Deletes old answers: a turn a minute, or at the next tick when more are due; see `Retention`."""

    def __init__(self, database: Connections, real: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._real = real
        self._next = real()
        self._horizon = Horizon(ANSWERS, KEPT, real)

    async def turn(self) -> None:
        """Do part of what is due; raises one of DATABASE_RETRYABLE."""
        if self._real() < self._next:
            return
        async with self._database.acquire() as connection:
            deleted = await forget(connection, self._horizon)
        if deleted < FORGOTTEN_MAX:
            self._next = self._real() + TURN_SECONDS


_PULL_BACK = "update idempotency set at = now() where at > now() + interval '1 minute'"
_FORGET = """
delete from idempotency where key = any(array(select key from idempotency where at < $1 order by at limit $2))
"""


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
        return affected(await connection.execute(_FORGET, span.end, FORGOTTEN_MAX))
