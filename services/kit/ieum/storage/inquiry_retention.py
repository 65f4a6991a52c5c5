"""Job of the leading process: destroy inquiries that nobody has cited within a day."""

from collections.abc import Callable
from time import monotonic

from ieum.delivery.delivery_context import Connections
from ieum.delivery.streams.peers import Peers
from ieum.storage.inquiry_erasure import EXPIRED_MAX, expire_inquiries

TURN_SECONDS = 60.0


class InquiryRetention:
    """One turn a minute; what one takes not is done at the next ticks. `real` returns monotonic seconds."""

    def __init__(self, database: Connections, peers: Peers, real: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._peers = peers
        self._real = real
        self._next = real()

    async def turn(self) -> None:
        """Do part of what is due; raises one of DATABASE_RETRYABLE."""
        if self._real() < self._next:
            return
        async with self._database.acquire() as connection:
            expired = await expire_inquiries(connection, self._peers)
        if expired < EXPIRED_MAX:
            self._next = self._real() + TURN_SECONDS
