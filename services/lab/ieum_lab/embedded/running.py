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
from ieum.delivery.agency_time import MACHINE_TIME, AgencyTime
from ieum.storage.migrate import migrate
from ieum_contracts.timing import SEOUL
from ieum_lab.embedded.administrator import admin_settings, centre_file
from ieum_lab.embedded.console_process import console_beside
from ieum_lab.embedded.demonstration_time import begin_time, keep_time, settings_of, stop_time
from ieum_lab.embedded.errors import AlreadyRunningError
from ieum_lab.embedded.issuer_process import start_issuer, wait_for_issuer
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
    time: AgencyTime
    console: Service | None

    @property
    def urls(self) -> dict[str, str]:
        """Return the address of each agency's API."""
        return _urls(self.services)

    def processes(self) -> dict[str, psutil.Process]:
        """Return every running process, by name."""
        return dict(self.stack.state.running())


@contextmanager
def running_centre(stack: Stack, tell: Callable[[str], None], speed: float = 1.0) -> Iterator[RunningCentre]:
    """Start a centre, and stop at the end what was started here; a stack in the background stays.

    The agencies' time passes `speed` times as fast as the machine's.
    """
    begun, agency_time = time.monotonic(), MACHINE_TIME
    in_background = stack.is_running and stack.state.is_detached
    centre = read_centre(centre_file())
    if in_background:
        _refuse_a_second(stack, centre)
    else:
        tell("Starting Kafka and PostgreSQL; the very first time Kafka is fetched, which takes a minute.")
        stack.start()
    services: dict[str, Service] = {}
    try:
        settings = admin_settings(stack)
        issuer = start_issuer(stack, settings.centre_file)
        tell(f"Making the centre {centre.centre}: topics, logins, access lists, databases, tables.")
        asyncio.run(_make(centre, settings))
        agency_time = asyncio.run(begin_time(centre, settings, speed))
        keep_time(stack.state, agency_time)
        if agency_time != MACHINE_TIME:
            tell(_time_in_words(agency_time))
        for agency in centre.packages:
            access = agency_access(centre, settings, agency)
            services[agency] = agency_service(stack.state, access, settings_of(agency_time))
        tell(f"Starting {len(services)} agencies, a process each, and the operators' console.")
        with console_beside(stack, settings.centre_file, _urls(services)) as console:
            ready = start_all(services.values())
            wait_for_issuer(stack, issuer)
            if console is not None:
                console.wait_until_ready()
            seconds = time.monotonic() - begun
            yield RunningCentre(stack, centre, settings, services, ready, seconds, agency_time, console)
    finally:
        with undisturbed():
            stop_all(each for each in services.values() if each.child.is_ours)
            stop_time(stack.state, agency_time)
            if not in_background:
                stack.stop()


def _refuse_a_second(stack: Stack, centre: Centre) -> None:
    """Refuse to start what runs already; raises AlreadyRunningError."""
    running = [name for name, _ in stack.state.running() if name in centre.packages]
    if running:
        raise AlreadyRunningError(
            f"{', '.join(running)} run in {stack.state.folder} already, by another `ieum demo`. "
            "End that one first."
        )


def _urls(services: Mapping[str, Service]) -> dict[str, str]:
    return {agency: service.url for agency, service in services.items()}


def _time_in_words(time: AgencyTime) -> str:
    shows = time.shows.astimezone(SEOUL).strftime("%Y-%m-%d %H:%M")
    return (
        f"The agencies' time is {shows} in Seoul, and passes {time.speed:g} times as fast as the machine's."
    )


async def _make(centre: Centre, settings: CentreSettings) -> None:
    await apply(centre, settings)
    accesses = [agency_access(centre, settings, agency) for agency in centre.packages]
    await asyncio.gather(*(migrate(access.dsn) for access in accesses))
