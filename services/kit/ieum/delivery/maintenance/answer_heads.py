"""Job: answer peers that ask for the heads of our streams."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.recovering.restore import answer, open_asks
from ieum.delivery.sending.relay import Relay
from ieum.delivery.streams.positions import Partition, read_positions

Ends = Callable[[], Awaitable[Mapping[Partition, int]]]
"""Returns the end offset of each of our mailboxes."""


class AnswerHeads:
    """The open questions of peers, each with the end offsets of our mailboxes when it was first seen."""

    def __init__(self, context: DeliveryContext, relay: Relay, ends: Ends) -> None:
        self._context = context
        self._relay = relay
        self._ends_now = ends
        self._ends: dict[UUID, Mapping[Partition, int]] = {}

    async def run(self) -> None:
        """Answer the questions whose mailboxes have been read to the end offsets noted for them."""
        async with self._context.database.acquire() as connection:
            asks = await open_asks(connection)
            if not asks:
                return
            if any(ask not in self._ends for ask, *_ in asks):
                ends = await self._ends_now()
                self._ends = {ask: self._ends.get(ask, ends) for ask, *_ in asks}
            read = await read_positions(connection)
            for asked in asks:
                if all(read.get(place, 0) >= end for place, end in self._ends[asked[0]].items()):
                    async with connection.transaction():
                        await answer(connection, self._context, asked, self._context.clock())
                    self._relay.wake()
