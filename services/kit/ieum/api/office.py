"""What the routes work with; the composition root makes it and hands it over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry

from ieum.api.transaction import Connections
from ieum.delivery.outbox import Outbox
from ieum.delivery.peers import Peers
from ieum_contracts.address import Address


class Health(Protocol):
    """What the service knows of itself."""

    async def problems(self) -> list[str]:
        """Name in whole sentences what keeps the service from working now; nothing when it works."""
        ...


@dataclass(frozen=True, slots=True)
class Office:
    """One agency's desk as the API sees it."""

    me: Address
    connections: Connections
    peers: Peers
    outbox: Outbox
    wake: Callable[[], None]
    now: Callable[[], datetime]
    health: Health
    registry: CollectorRegistry


def office_of(request: Request) -> Office:
    """Find the office in which a request is served."""
    office = request.app.state.office
    assert isinstance(office, Office)  # noqa: S101 - set by create_app
    return office


InOffice = Annotated[Office, Depends(office_of)]
