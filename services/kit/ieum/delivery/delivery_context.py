"""What delivery works with: its agency, its database, the peers it knows and its clock."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from asyncpg import Connection
from prometheus_client import CollectorRegistry

from ieum.delivery.agencies import ANYBODY, Agencies
from ieum.delivery.agency_time import MACHINE_TIME, AgencyTime
from ieum.delivery.limits import USUAL, Limits
from ieum.delivery.restore_check import RestoreCheck
from ieum.delivery.streams.peers import Peers
from ieum.observe.metrics import DeliveryMeasures
from ieum.observe.tracing import NO_TRACER, Tracer
from ieum.settings import TROUBLES_MAX
from ieum_contracts.address import Address
from ieum_contracts.envelope import Envelope


class Connections(Protocol):
    """A source of database connections."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection, waiting for a free one; raises one of DATABASE_RETRYABLE."""
        ...


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What the parts of one agency's delivery share.

    `clock` returns the machine's time, aware and in UTC: delivery retries, holds and notifies by it.
    """

    me: Address
    database: Connections
    peers: Peers
    clock: Callable[[], datetime]
    measures: DeliveryMeasures = field(default_factory=lambda: DeliveryMeasures(CollectorRegistry()))
    restore_check: RestoreCheck = field(default_factory=RestoreCheck)
    troubles_max: int = TROUBLES_MAX
    agencies: Agencies = ANYBODY
    limits: Limits = USUAL
    agency_time: AgencyTime = MACHINE_TIME
    tracer: Tracer = NO_TRACER

    def now(self) -> datetime:
        """Return the time that the agency goes by: in its events, its referrals and their deadlines."""
        return self.agency_time.at(self.clock())

    def note_delivered(self, heard: Iterable[Envelope]) -> None:
        """Note how long each of these events took from being said to being taken in, which it is now."""
        now = self.now()
        for each in heard:
            seconds = (now - each.time).total_seconds()
            self.measures.delivered(each.source.agency, self.me.agency, seconds)
