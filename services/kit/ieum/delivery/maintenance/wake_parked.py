"""Job: retry parked events that are due."""

from typing import Generic
from uuid import UUID

import structlog

from ieum.delivery.application import Known
from ieum.delivery.blocked.parking import WOKEN_MAX, due_keys
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.failures import DATABASE_RETRYABLE, RETRYABLE
from ieum.delivery.receiving.batch_effects import BatchResult
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.sending.relay import Relay
from ieum.errors import Transient

_log = structlog.get_logger(__name__)


class WakeParked(Generic[Known]):
    """Retries what is due, key by key; `more` says whether more may be due than one turn takes.

    Not before the database is compared with Kafka: folding may say something, and in a restored
    database its number may have been given before.
    """

    def __init__(self, context: DeliveryContext, inbox: Inbox[Known], relay: Relay) -> None:
        self._context = context
        self._inbox = inbox
        self._relay = relay
        self.more = False

    async def run(self) -> None:
        """Retry a limited part of what is due; raises one of DATABASE_RETRYABLE."""
        self.more = False
        if self._context.restore_check.is_doubted:
            return
        async with self._context.database.acquire() as connection:
            due = await due_keys(connection, self._context.clock())
        for key in due:
            try:
                result = await self._woken({key})
            except Transient:
                continue
            except DATABASE_RETRYABLE:
                raise
            except Exception as error:  # noqa: BLE001 - one key must not delay the others
                _log.error("stream.stuck", key=str(key), error=type(error).__name__)
                continue
            result.note(self._context)
            _log.info("stream.woken", key=str(key), **result.counts)
            self._relay.wake()
        self.more = len(due) == WOKEN_MAX

    async def _woken(self, keys: set[UUID]) -> BatchResult:
        """Retry what waits; if that breaks the transaction, it counts as one more failure of the fold."""
        try:
            return await self._inbox.wake(keys)
        except RETRYABLE:
            raise
        except Exception as error:  # noqa: BLE001 - it waits for its next retry or for an operator
            return await self._inbox.wake_in_vain(keys, error)
