"""A whole centre on this machine: the stack, the centre set up by its file, and a process per agency."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from ieum.centre.apply import apply
from ieum.centre.centre_file import Centre, read_centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.credentials import agency_access
from ieum.storage.migrate import migrate
from ieum_lab.embedded.administrator import admin_settings
from ieum_lab.embedded.processes import Service, agency_service, start_all, stop_all
from ieum_lab.embedded.signals import undisturbed
from ieum_lab.embedded.stack import Stack


@dataclass(frozen=True, slots=True)
class RunningCentre:
    """The stack and the services, and the seconds until they were ready."""

    stack: Stack
    centre: Centre
    settings: CentreSettings
    services: Mapping[str, Service]
    ready_seconds: Mapping[str, float]
    seconds_until_ready: float

    @property
    def urls(self) -> dict[str, str]:
        """Return the address of each agency's API."""
        return {agency: service.url for agency, service in self.services.items()}

    def processes(self) -> dict[str, psutil.Process]:
        """Return every running process, by name."""
        return dict(self.stack.state.running())


@contextmanager
def running_centre(stack: Stack, tell: Callable[[str], None]) -> Iterator[RunningCentre]:
    """Start a centre, and stop at the end what was started here; a stack in the background stays."""
    begun = time.monotonic()
    ours = not (stack.is_running and stack.state.is_detached)
    services: dict[str, Service] = {}
    try:
        if ours:
            tell("Starting Kafka and PostgreSQL; the very first time Kafka is fetched, which takes a minute.")
            stack.start()
        settings = admin_settings(stack)
        centre = read_centre(settings.centre_file)
        tell(f"Making the centre {centre.centre}: topics, logins, access lists, databases, tables.")
        asyncio.run(_make(centre, settings))
        for agency in centre.packages:
            services[agency] = agency_service(stack.state, agency_access(centre, settings, agency))
        tell(f"Starting {len(services)} agencies, a process each.")
        ready = start_all(services.values())
        yield RunningCentre(stack, centre, settings, services, ready, time.monotonic() - begun)
    finally:
        with undisturbed():
            stop_all(services.values())
            if ours:
                stack.stop()


async def _make(centre: Centre, settings: CentreSettings) -> None:
    await apply(centre, settings)
    accesses = [agency_access(centre, settings, agency) for agency in centre.packages]
    await asyncio.gather(*(migrate(access.dsn) for access in accesses))
