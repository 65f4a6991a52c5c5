"""What a process tells of itself: its version, and how long its loop and its connections let one wait."""

import asyncio
from collections.abc import Callable
from functools import partial
from importlib.metadata import version

from prometheus_client import CollectorRegistry

from ieum.observe.metric_catalogue import BUILD_INFO, LOOP_DELAY_SECONDS, POOL_WAIT_SECONDS, gauge, histogram

DISTRIBUTION = "ieum-kit"
LOOK_SECONDS = 0.25


class ProcessMeasures:
    """Histograms of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._delay = histogram(LOOP_DELAY_SECONDS, registry)
        self._wait = histogram(POOL_WAIT_SECONDS, registry)
        gauge(BUILD_INFO, registry).labels(version(DISTRIBUTION)).set(1)

    def waited(self, pool: str) -> Callable[[float], None]:
        """Return what notes the seconds for which a connection of this pool was waited for."""
        return partial(self._wait.labels(pool).observe)

    async def run(self) -> None:
        """Look four times a second how late the loop comes, until cancelled."""
        now = asyncio.get_running_loop().time
        while True:
            due = now() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            self._delay.observe(max(0.0, now() - due))
