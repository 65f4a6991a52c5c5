"""Casework that tells when answers count: after the commit of the batch that brought them."""

import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record

from bench.trips import Trips
from ieum.application.event_handler import EventHandler
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.values import AgencyView
from ieum.delivery.application import Applied, Outcome, Untaken
from ieum.delivery.delivery_context import Connections
from ieum.delivery.streams.peers import Peers
from ieum_contracts.decisions import ReferralReceived
from ieum_contracts.message import Event


class WatchedDesk(EventHandler):
    """The product's desk; it only remembers on which connection answers came."""

    def __init__(self, view: AgencyView, peers: Peers, trips: Trips) -> None:
        super().__init__(view, peers)
        self._trips = trips
        self._heard: list[str] = []
        self._connection: Connection | None = None

    async def load(
        self, connection: Connection, events: Sequence[Event], untaken: Sequence[Untaken] = ()
    ) -> LoadedCases:
        """Load a batch; what a batch before it heard and never committed is forgotten."""
        self._begin(connection)
        return await super().load(connection, events, untaken)

    async def known(self, connection: Connection, found: Record, ids: Collection[UUID]) -> LoadedCases | None:
        """Do the same for a batch that is read without a lock."""
        self._begin(connection)
        return await super().known(connection, found, ids)

    def _begin(self, connection: Connection) -> None:
        self._heard.clear()
        self._connection = connection

    def fold(self, known: LoadedCases, event: Event, now: datetime) -> Outcome:
        """Fold an event, and remember an answer."""
        outcome = super().fold(known, event, now)
        if isinstance(outcome, Applied) and isinstance(event.body, ReferralReceived):
            self._heard.append(event.envelope.subject)
        return outcome

    def returned(self, connection: Connection) -> None:
        """Take the answers of a batch as consumed, now that its connection is given back."""
        if connection is self._connection:
            self._connection = None
            now = time.time()
            for key in self._heard:
                self._trips.end(key, now)
            self._heard.clear()


class WatchedConnections:
    """The product's connections; they tell the desk when one comes back after a commit."""

    def __init__(self, database: Connections) -> None:
        self._database = database
        self.handler: WatchedDesk | None = None

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        """Lend a connection; what raises inside passes by the desk."""
        async with self._database.acquire() as connection:
            yield connection
            if self.handler is not None:
                self.handler.returned(connection)
