"""A centre that lives through a run of the tests: six agencies, a process each, on the shared servers."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from ieum.access.callers import Role
from ieum.centre.accounting import Accounts
from ieum.centre.issuer_key import Account
from ieum.centre.reconcile import settled
from ieum_lab.embedded.processes import Service, agency_service, start_all, stop_all
from ieum_lab.embedded.stack import Stack
from ieum_lab.simulator.play import Script, Stage, beside, wait_until_known
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from ieum_lab.simulator.stream import send_stream, until_all_have_ended
from ieum_lab.testing.centre import CentreUnderTest
from tests.forks import ForkedService, run_ieum

ROOT = Path(__file__).resolve().parents[2]
IEUM = Path(sys.executable).with_name("ieum")
SETTLE_SECONDS = 90.0
READY_SECONDS = 90.0


@dataclass(slots=True)
class Living:
    """The centre, its processes by agency, and where its file lies; an agency may join it."""

    stack: Stack
    under_test: CentreUnderTest
    centre_file: Path
    services: dict[str, Service] = field(default_factory=dict)

    async def start(self, *agencies: str, settings: dict[str, str] | None = None) -> None:
        """Start agencies, and wait until they are ready."""
        for agency in agencies:
            access = self.under_test.access(agency)
            service = agency_service(self.stack.state, access, settings, f"{self.under_test.id}.{agency}")
            self.services[agency] = ForkedService(service)
        await asyncio.to_thread(start_all, [self.services[agency] for agency in agencies], READY_SECONDS)

    async def stop(self) -> None:
        """Stop all agencies."""
        await asyncio.to_thread(stop_all, self.services.values())

    @asynccontextmanager
    async def simulated(self) -> AsyncIterator[SimulatedCentre]:
        """Open the desks of all agencies, once each knows what the others offer."""
        urls = {agency: service.url for agency, service in self.services.items()}
        mark, issuer = f"T{uuid4().hex[:12]}", self.under_test.issuer
        simulated = SimulatedCentre.open(self.under_test.id, urls, mark, issuer)
        try:
            await wait_until_known(simulated)
            yield simulated
        finally:
            await simulated.close()

    async def accounts(self) -> Accounts:
        """Reconcile, once everything under way has arrived."""
        return await settled(self.under_test.centre, self.under_test.settings, SETTLE_SECONDS)

    def environment(self) -> dict[str, str]:
        """Give the administrator's settings as the `ieum` command reads them."""
        settings = self.under_test.settings
        outside = {name: value for name, value in os.environ.items() if not name.startswith("IEUM_")}
        return {
            **outside,
            "IEUM_STATE": str(self.centre_file.with_name("no-stack")),  # not the one of who runs the tests
            "IEUM_CENTRE_FILE": str(self.centre_file),
            "IEUM_SECRETS_FOLDER": str(settings.secrets_folder),
            "IEUM_DATABASE_ADMIN_DSN": settings.database_admin_dsn.get_secret_value(),
            "IEUM_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "IEUM_KAFKA_ADMIN_USERNAME": settings.kafka_admin_username,
            "IEUM_KAFKA_ADMIN_PASSWORD": settings.kafka_admin_secret(),
            "IEUM_TOKEN": self._token(),
            "IEUM_URLS": ",".join(f"{agency}={service.url}" for agency, service in self.services.items()),
        }

    def _token(self) -> str:
        """Give a token for all agencies, in the roles that the commands need."""
        audience = [str(self.under_test.address(agency)) for agency in self.services]
        roles = [Role.SUPERVISOR, Role.OPERATOR]
        return self.under_test.issuer.token(Account("operator-1", roles, list(self.services)), audience)

    async def ieum(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the `ieum` command on this centre."""
        return await asyncio.to_thread(run_ieum, arguments, self.environment(), ROOT)


def write_centre_file(path: Path, under_test: CentreUnderTest) -> Path:
    """Write the file that describes a centre, as infra/centre.toml does."""
    lines = [f'{agency} = "{package}"' for agency, package in under_test.centre.agencies.items()]
    name = under_test.centre.name
    head = [f'centre = "{under_test.id}"', "", "[name]", f'ko = "{name.ko}"', f'en = "{name.en}"', ""]
    path.write_text("\n".join([*head, "[agencies]", *lines, ""]), encoding="utf-8")
    return path


async def run_stream(simulated: SimulatedCentre, script: Script, seconds: float) -> list[UUID]:
    """Send a stream of random referrals and let the workers take each to its end within `seconds`."""
    stage = Stage(simulated, script, await wait_until_known(simulated))
    async with beside(stage.follower.run(), stage.workers.run()):
        sent = await send_stream(
            simulated,
            stage.workers,
            stage.offered,
            referrals=script.referrals,
            rate=script.rate,
            seed=script.seed,
        )
        await until_all_have_ended(stage.workers, seconds)
    return sent
