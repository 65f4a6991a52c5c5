"""What the routes work with; made by the composition root."""

import asyncio
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry

from ieum.access.access_settings import Access
from ieum.api.http.host_check import LOCAL_HOSTS
from ieum.api.http.http_limits import USUAL_HTTP, HttpLimits
from ieum.application.event_handler import EventHandler
from ieum.application.group_commit import CommandBatcher
from ieum.casework.capacity import RoomPolicy
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.feed_watch import News


class Health(Protocol):
    """Reports the service's health."""

    async def problems(self) -> list[str]:
        """Return in whole sentences what keeps the service from working now; empty when it works."""
        ...


def _nothing() -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class ApiContext:
    """Everything that the routes of one agency's API need."""

    delivery: DeliveryContext
    handler: EventHandler
    batcher: CommandBatcher
    wake: Callable[[], None]
    health: Health
    registry: CollectorRegistry
    catalogued: asyncio.Event
    """Set once the centre's catalogue is read: a programme that is still unknown is not published."""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the service is about to stop: waiting clients are answered."""
    news: News = field(default_factory=News)
    """Wakes clients that wait for the feed."""
    room_policies: Mapping[str, RoomPolicy] = field(default_factory=dict)
    """How each of this agency's programmes gives its room away."""
    room_changed: Callable[[], None] = _nothing
    """To be called after room was set."""
    hosts: AbstractSet[str] = LOCAL_HOSTS
    """The names by which the service is called."""
    limits: HttpLimits = USUAL_HTTP
    access: Access = field(kw_only=True)
    """Who may come in."""


async def context_of(request: Request) -> ApiContext:
    """Return the context of a request; async, so that FastAPI uses no thread for it."""
    context: ApiContext = request.app.state.context
    return context


InContext = Annotated[ApiContext, Depends(context_of)]
