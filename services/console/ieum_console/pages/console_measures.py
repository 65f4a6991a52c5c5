"""The console's own metrics: how far it is behind the topics, read from its database when it is asked."""

from datetime import datetime

from asyncpg import Connection
from prometheus_client import CollectorRegistry, generate_latest

from ieum.observe.metric_catalogue import (
    PROJECTION_BEHIND_SECONDS,
    PROJECTION_LIVE,
    PROJECTION_UNREAD,
    gauge,
)
from ieum.observe.process_measures import ProcessMeasures
from ieum_console.projection.freshness import behind


class ConsoleMeasures:
    """The metrics of one console process; `process` is to run beside it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.process = ProcessMeasures(self._registry)
        self._behind = gauge(PROJECTION_BEHIND_SECONDS, self._registry)
        self._unread = gauge(PROJECTION_UNREAD, self._registry)
        self._live = gauge(PROJECTION_LIVE, self._registry)

    async def shown(self, connection: Connection, now: datetime) -> bytes:
        """Return what a scrape gets. What is not compared with the topics any more is behind since then."""
        found = await behind(connection, now)
        uncompared = 0.0 if found.is_live or found.as_of is None else (now - found.as_of).total_seconds()
        self._behind.set((found.seconds_behind or 0.0) + max(0.0, uncompared))
        self._unread.set(found.records_behind or 0)
        self._live.set(found.is_live)
        return generate_latest(self._registry)
