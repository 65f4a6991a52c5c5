"""The clients of all agencies' APIs, with which stories and random clients are referred."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from ieum.access.callers import Role
from ieum.centre.issuer_key import IssuerKey
from ieum.delivery.agency_time import MACHINE_TIME, AgencyTime
from ieum_contracts.address import Address
from ieum_lab.embedded.issuer.renewed_token import RenewedToken
from ieum_lab.simulator.agency_client import AgencyClient
from ieum_lab.simulator.handover import Handover
from ieum_lab.simulator.people import Json


@dataclass(frozen=True, slots=True)
class SimulatedCentre:
    """The centre's id, its agencies' clients, and a mark for people that no earlier run has used."""

    centre: str
    clients: Mapping[str, AgencyClient]
    mark: str
    time: AgencyTime = MACHINE_TIME
    notes: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        centre: str,
        urls: Mapping[str, str],
        mark: str,
        issuer: IssuerKey,
        time: AgencyTime = MACHINE_TIME,
    ) -> Self:
        """Open a client for each agency, with a token of the agency's own system and its operator."""
        tokens = {
            agency: RenewedToken(issuer, Address(centre, agency), Role.SYSTEM, Role.OPERATOR)
            for agency in urls
        }
        clients = {agency: AgencyClient(agency, url, tokens[agency]) for agency, url in urls.items()}
        return cls(centre, clients, mark, time)

    def now(self) -> datetime:
        """Return the agencies' time."""
        return self.time.at(datetime.now(UTC))

    def soon(self, seconds: float) -> datetime:
        """Return the agencies' time after so many seconds of who watches."""
        return self.time.at(datetime.now(UTC) + timedelta(seconds=seconds))

    async def until(self, at: datetime) -> None:
        """Wait for a time of the agencies."""
        await asyncio.sleep(self.seconds_until(at))

    def seconds_until(self, at: datetime) -> float:
        """Return in how many seconds of who watches it comes; 0 when it has come."""
        return max(0.0, (at - self.now()).total_seconds() / self.time.speed)

    def note(self, sentence: str) -> None:
        """Keep a sentence about what happened, for the run that tells the story."""
        self.notes.append(sentence)

    async def close(self) -> None:
        """Close all clients."""
        for client in self.clients.values():
            await client.close()

    async def refer(self, sender: str, order: Json) -> Handover:
        """Send a referral from one agency; the form names the other."""
        standing = await self.clients[sender].refer(order)
        return Handover(
            standing.id, standing.journey, self.clients[sender], self.clients[str(order["recipient"])]
        )
