"""The clients of all agencies' APIs, with which stories and random clients are referred."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from ieum_lab.simulator.agency_client import AgencyClient
from ieum_lab.simulator.handover import Handover
from ieum_lab.simulator.people import Json


@dataclass(frozen=True, slots=True)
class SimulatedCentre:
    """The centre's id, its agencies' clients, and a mark for people that no earlier run has used."""

    centre: str
    clients: Mapping[str, AgencyClient]
    mark: str
    notes: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, centre: str, urls: Mapping[str, str], mark: str) -> Self:
        """Open a client for each agency."""
        return cls(centre, {agency: AgencyClient(agency, url) for agency, url in urls.items()}, mark)

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
