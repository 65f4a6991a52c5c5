"""What delivery works with: its agency, its database, the peers it knows and its clock."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from asyncpg import Connection
from prometheus_client import CollectorRegistry

from ieum.delivery.agencies import ANYBODY, Agencies
from ieum.delivery.limits import USUAL, Limits
from ieum.delivery.restore_check import RestoreCheck
from ieum.delivery.streams.peers import Peers
from ieum.observe.metrics import DeliveryMeasures
from ieum.settings import TROUBLES_MAX
from ieum_contracts.address import Address


class Connections(Protocol):
    """A source of database connections."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection, waiting for a free one; raises one of DATABASE_RETRYABLE."""
        ...


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What the parts of one agency's delivery share. `clock` returns aware datetimes in UTC."""

    me: Address
    database: Connections
    peers: Peers
    clock: Callable[[], datetime]
    measures: DeliveryMeasures = field(default_factory=lambda: DeliveryMeasures(CollectorRegistry()))
    restore_check: RestoreCheck = field(default_factory=RestoreCheck)
    troubles_max: int = TROUBLES_MAX
    agencies: Agencies = ANYBODY
    limits: Limits = USUAL
