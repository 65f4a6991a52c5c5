"""Leadership: the process whose connection holds the advisory lock leads its agency's processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import asyncpg
import structlog
from asyncpg import Connection

from ieum.delivery.backoff import spread
from ieum.delivery.sessions import SESSION_SETTINGS

LOCK = 0x1E0_0001
CHANNEL = "ieum_outbox"
LOCK_SECONDS = 1.0
STATEMENT_SECONDS_MAX = 10.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """The database that the relay's own connection opens."""

    dsn: str
    password: Callable[[], str] | None = None
    """Read anew for each connection."""


_SESSION = {
    # A frozen holder loses its lock: the server ends a session that stays idle this long.
    "idle_session_timeout": "5s",
    "idle_in_transaction_session_timeout": "5s",
    # A lost delete is a duplicate send, which the recipient drops.
    "synchronous_commit": "off",
    **SESSION_SETTINGS,
    "application_name": "ieum-relay",
}


class Leadership:
    """Takes the lock on ONE connection, which the leader also uses to listen, read and delete.

    So a leader that loses the lock can no longer delete either.
    """

    def __init__(self, address: DatabaseAddress) -> None:
        self._address = address
        self.leading = asyncio.Event()
        self.lost = asyncio.Event()
        """Set while this process does not lead."""
        self.lost.set()

    @asynccontextmanager
    async def lead(
        self, waiting: Callable[[], None], woken: Callable[[], None], cut: Callable[[], None]
    ) -> AsyncIterator[Connection]:
        """Wait for the lock, then lend its connection; leadership ends with the block.

        `waiting` is called at each attempt, `woken` at each notification of another process, `cut` when the
        server ends the connection or the block fails. Raises one of DATABASE_RETRYABLE.
        """
        connection = await asyncpg.connect(
            self._address.dsn,
            password=self._address.password,
            timeout=STATEMENT_SECONDS_MAX,
            command_timeout=STATEMENT_SECONDS_MAX,
            server_settings=_SESSION,
        )
        ended = partial(_call, cut)
        connection.add_termination_listener(ended)
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                waiting()
                await asyncio.sleep(spread(LOCK_SECONDS))
            await connection.add_listener(CHANNEL, lambda *_: woken())
            self.leading.set()
            self.lost.clear()
            _log.info("relay.leading")
            yield connection
        except Exception:
            cut()  # a statement can fail before the connection closes and the listener is told
            raise
        finally:
            self.leading.clear()
            self.lost.set()
            connection.remove_termination_listener(ended)
            connection.terminate()


def _call(cut: Callable[[], None], _connection: object) -> None:
    cut()
