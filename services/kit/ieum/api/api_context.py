"""What the routes work with; the composition root makes it and hands it over."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry

from ieum.delivery.delivery_context import Here
from ieum.application.group_commit import Counter
from ieum.application.event_handler import Desk


class Health(Protocol):
    """What the service knows of itself."""

    async def problems(self) -> list[str]:
        """Name in whole sentences what keeps the service from working now; nothing when it works."""
        ...


@dataclass(frozen=True, slots=True)
class Office:
    """One agency's desk as the API sees it."""

    here: Here
    desk: Desk
    counter: Counter
    wake: Callable[[], None]
    health: Health
    registry: CollectorRegistry
    catalogued: asyncio.Event
    """Set once the centre's catalogue was read: what is not known then is not published."""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the service is about to end: whoever waits for news is answered."""


async def office_of(request: Request) -> Office:
    """Find the office in which a request is served; async, so that no thread is asked for it."""
    office = request.app.state.office
    assert isinstance(office, Office)  # noqa: S101 - set by create_app
    return office


InOffice = Annotated[Office, Depends(office_of)]
