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
    """The questions of peers, each with how far our mailboxes went when it was first seen."""

    def __init__(self, context: DeliveryContext, relay: Relay, ends: Ends) -> None:
        self._context = context
        self._relay = relay
        self._ends_now = ends
        self._ends: dict[UUID, Mapping[Partition, int]] = {}

    async def run(self) -> None:
        """Tell peers that asked the heads of our streams, once our mailboxes are read to their end then."""
        async with self._context.database.acquire() as connection:
            asks = await open_asks(connection)
            if not asks:
                return
            ends = await self._ends_now()
            self._ends = {ask: _nearer(self._ends.get(ask, ends), ends) for ask, *_ in asks}
            read = await read_positions(connection)
            for asked in asks:
                if all(read.get(place, 0) >= end for place, end in self._ends[asked[0]].items()):
                    async with connection.transaction():
                        await answer(connection, self._context, asked, self._context.clock())
                    self._relay.wake()


def _nearer(ends: Mapping[Partition, int], present: Mapping[Partition, int]) -> Mapping[Partition, int]:
    """Return the ends, but not behind the present ones: a mailbox may have lost its tail, or be gone."""
    return {place: min(end, present[place]) for place, end in ends.items() if place in present}
