"""What the routes work with; the composition root makes it and hands it over."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry

from ieum.api.http.host_check import LOCAL_HOSTS
from ieum.application.event_handler import EventHandler
from ieum.application.group_commit import CommandBatcher
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.sending.feed_watch import News


class Health(Protocol):
    """What the service knows of itself."""

    async def problems(self) -> list[str]:
        """Name in whole sentences what keeps the service from working now; nothing when it works."""
        ...


@dataclass(frozen=True, slots=True)
class ApiContext:
    """One agency's desk as the API sees it."""

    delivery: DeliveryContext
    handler: EventHandler
    batcher: CommandBatcher
    wake: Callable[[], None]
    health: Health
    registry: CollectorRegistry
    catalogued: asyncio.Event
    """Set once the centre's catalogue was read: what is not known then is not published."""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the service is about to end: whoever waits for news is answered."""
    news: News = field(default_factory=News)
    """Tells callers who wait that the feed goes on."""
    hosts: AbstractSet[str] = LOCAL_HOSTS
    """The names by which the service is called."""


async def context_of(request: Request) -> ApiContext:
    """Find the office in which a request is served; async, so that no thread is asked for it."""
    context = request.app.state.context
    assert isinstance(context, ApiContext)  # noqa: S101 - set by create_app
    return context


InContext = Annotated[ApiContext, Depends(context_of)]
