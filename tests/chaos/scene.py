"""The scene of chaos: a cluster behind doors, PostgreSQL, and two instances of each of three agencies."""

import asyncio
import os
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from ieum.access.callers import Role
from ieum.centre.centre_file import database_name
from ieum.centre.postgres import connect_admin
from ieum.delivery.streams.positions import read_positions
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.address import Address
from ieum_lab.embedded.errors import StackError
from ieum_lab.embedded.issuer.renewed_token import RenewedToken
from ieum_lab.embedded.ports import LOOPBACK, free_port
from ieum_lab.embedded.processes import READY_PATH, Service
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, new_centre
from ieum_lab.testing.cluster import ClusterStack
from ieum_lab.testing.effect_log import install_effect_log
from ieum_lab.testing.history import Fact, Injected, Removed
from tests.chaos.agencies.hurried import COURSE, PACKAGES
from tests.chaos.agencies.stepped_clock import CLOCK_FILE
from tests.chaos.door import Door
from tests.forks import ForkedService

ROOT = Path(__file__).parent.parent.parent
AGENCIES = ("employment-center", "city-welfare-team", "women-reemployment-center")
PAIR = AGENCIES[:2]
INSTANCES = 2
READY_SECONDS_MAX = 90.0
READY_PAUSE_SECONDS = 0.3
KAFKA = "Kafka"
"""The key of the turn of whoever takes all brokers away, or needs one of them."""
LOG_LINES = 30
TROUBLES_MAX = 1_000_000
"""Poison comes under an honest name here; its bearer shall not be held for it."""
KNOWN_SECONDS_MAX = 60.0
PRODUCT = ("ieum.cli.main",)


@dataclass
class Scene:
    """Everything that faults happen to, and what a stranger did to it."""

    stack: Stack
    centre: CentreUnderTest
    services: dict[str, list[Service]]
    doors: Sequence[Door] = ()
    injected: list[Injected] = field(default_factory=list)
    strange: set[str] = field(default_factory=set)
    """Keys on which a stranger spoke under a peer's name: that peer learns that it is behind itself."""
    may_wait: set[str] = field(default_factory=set)
    """Digests of what a stranger sent and is to wait, also where the broker did not acknowledge it."""
    removed: list[Removed] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    """What callers ordered and were answered."""
    stepped: set[str] = field(default_factory=set)
    """Agencies whose clocks were wrong at some time."""
    rewound: set[str] = field(default_factory=set)
    """Agencies whose databases went back to an older state."""
    lost: set[str] = field(default_factory=set)
    """Keys of what such an agency said or answered in the lost time: the two sides may differ about these."""
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """Who stops and starts an agency's instances, or all brokers (`KAFKA`), has its turn: others wait."""
    automatic: frozenset[str] = frozenset()
    """Programmes whose places no worker gives away."""

    @property
    def cluster(self) -> ClusterStack:
        """The stack, where it is a cluster."""
        assert isinstance(self.stack, ClusterStack)
        return self.stack

    @property
    def agencies(self) -> tuple[str, ...]:
        return tuple(self.services)

    @property
    def addresses(self) -> list[Address]:
        return [self.centre.address(agency) for agency in self.agencies]

    @property
    def everyone(self) -> list[Service]:
        return [service for instances in self.services.values() for service in instances]

    @asynccontextmanager
    async def database(self, me: Address) -> AsyncIterator[asyncpg.Connection]:
        """Connect to an agency's database as the administrator."""
        connection = await connect_admin(self.centre.settings, database_name(me))
        try:
            yield connection
        finally:
            await connection.close()

    def turn(self, service: Service) -> asyncio.Lock:
        """Return the lock of those who stop and start an instance of the same agency."""
        return next(self.turns[agency] for agency, mine in self.services.items() if service in mine)

    def clock(self, agency: str) -> Path:
        """Return the file that says by how many seconds an agency's clock is ahead."""
        return _clock(self.stack, self.centre, agency)

    async def positions(self, me: Address) -> dict[tuple[str, int], int]:
        """Return how far an agency has read, by family and partition."""
        async with self.database(me) as connection:
            found = await read_positions(connection)
        return {(str(FAMILIES[family]), partition): offset for (family, partition), offset in found.items()}

    def rewound_at(self) -> set[str]:
        """Return the addresses of the agencies whose databases went back."""
        return {str(self.centre.address(agency)) for agency in self.rewound}

    async def start(self) -> None:
        """Start every instance; returns when each is ready and knows what the others offer."""
        for service in self.everyone:
            service.start()
        await self.ready()
        await asyncio.gather(
            *(
                self._knows_everyone(agency, each)
                for agency in self.services
                for each in self.services[agency]
            )
        )

    def token(self, agency: str) -> RenewedToken:
        """Return the token of an agency's own system, for as long as chaos goes on."""
        return RenewedToken(self.centre.issuer, self.centre.address(agency), Role.SYSTEM)

    async def ready(self) -> None:
        """Wait until every instance is ready; raises StackError with what the slowest one says is wrong."""
        await asyncio.gather(*map(is_ready, self.everyone))

    async def end(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(service.kill) for service in self.everyone))
        for door in self.doors:
            await door.close()

    async def _knows_everyone(self, agency: str, service: Service) -> None:
        headers = self.centre.header(agency)
        async with (
            httpx.AsyncClient(base_url=service.url, headers=headers, trust_env=False) as client,
            asyncio.timeout(KNOWN_SECONDS_MAX),
        ):
            while True:
                programmes = (await client.get("/v1/programmes")).json().get("programmes", [])
                if {programme["agency"] for programme in programmes} >= set(map(str, self.addresses)):
                    return
                await asyncio.sleep(0.2)


async def is_ready(service: Service) -> None:
    """Wait until an instance is ready; raises StackError with the problems that it names and its log."""
    problems = "no answer"
    async with httpx.AsyncClient(base_url=service.url, trust_env=False, timeout=2) as client:
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_SECONDS_MAX):
                while True:
                    with suppress(httpx.TransportError):
                        answer = await client.get(READY_PATH)
                        if answer.is_success:
                            return
                        problems = answer.text
                    await asyncio.sleep(READY_PAUSE_SECONDS)
    log = [line for line in service.log.read_text().splitlines() if "http.answered" not in line][-LOG_LINES:]
    text = "\n".join(log)
    raise StackError(f"{service.name} is not ready after {READY_SECONDS_MAX:.0f} s: {problems}\n{text}")


async def make_scene(
    stack: Stack,
    template: Template,
    entry: Sequence[str] = PRODUCT,
    settings: Mapping[str, str] | None = None,
    *,
    agencies: Sequence[str] = AGENCIES,
    instances: int = INSTANCES,
    hurried: bool = False,
) -> Scene:
    """Make a centre and describe its services; `entry` is the module that runs one, and its arguments.

    The clocks of a `hurried` scene run out in seconds, and its agencies have a course that fills itself.
    """
    centre = await new_centre(stack, template, agencies)
    for agency in agencies:
        administrator = await connect_admin(centre.settings, database_name(centre.address(agency)))
        await install_effect_log(administrator)
        await administrator.close()
    nodes = stack.cluster.nodes if isinstance(stack, ClusterStack) else ()
    doors = [Door(node.door, node.agency_port) for node in nodes]
    for door in doors:
        await door.open()
    further = {"IEUM_KAFKA_BOOTSTRAP": ",".join(f"{LOOPBACK}:{door.port}" for door in doors)} if doors else {}
    further |= settings or {}
    services = {
        agency: [
            _service(
                stack, centre, agency, n, entry=entry, further=further | package(agency, hurried=hurried)
            )
            for n in range(1, instances + 1)
        ]
        for agency in agencies
    }
    return Scene(stack, centre, services, doors, automatic=frozenset({COURSE} if hurried else ()))


def package(agency: str, *, hurried: bool) -> dict[str, str]:
    """Return the setting that names an agency's package, where it is not its usual one."""
    return {"IEUM_PACKAGE": f"{PACKAGES}.{agency.replace('-', '_')}"} if hurried else {}


def _clock(stack: Stack, centre: CentreUnderTest, agency: str) -> Path:
    return stack.state.folder / f"{centre.id}-{agency}.clock"


def _service(
    stack: Stack,
    centre: CentreUnderTest,
    agency: str,
    number: int,
    *,
    entry: Sequence[str],
    further: Mapping[str, str],
) -> Service:
    port = free_port()
    outside = {name: value for name, value in os.environ.items() if not name.startswith("IEUM_")}
    environment = {
        **outside,
        **centre.access(agency).environment(),
        "IEUM_HTTP_PORT": str(port),
        "IEUM_SOURCE_TROUBLES_MAX": str(TROUBLES_MAX),
        CLOCK_FILE: str(_clock(stack, centre, agency)),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), outside.get("PYTHONPATH", "")])),
        **further,
    }
    command = [sys.executable, "-m", *entry, "run", agency]
    service = Service(f"{centre.id}-{agency}-{number}", stack.state, command, environment, port)
    return ForkedService(service) if tuple(entry) == PRODUCT else service
