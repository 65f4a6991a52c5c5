"""The agencies' desks under one roof, from which a story or a random client is referred."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ieum_lab.simulator.agency_client import Desk
from ieum_lab.simulator.handover import Handover
from ieum_lab.simulator.people import Json


@dataclass(frozen=True, slots=True)
class House:
    """The centre's id, its agencies' systems, and a mark that no earlier run has put on its clients."""

    centre: str
    desks: Mapping[str, Desk]
    mark: str

    @classmethod
    def open(cls, centre: str, urls: Mapping[str, str], mark: str) -> Self:
        """Open a desk for each agency at its address."""
        return cls(centre, {agency: Desk(agency, url) for agency, url in urls.items()}, mark)

    async def close(self) -> None:
        """Close all desks."""
        for desk in self.desks.values():
            await desk.close()

    async def refer(self, sender: str, order: Json) -> Handover:
        """Send a referral from one agency; the form names the other."""
        standing = await self.desks[sender].refer(order)
        return Handover(
            standing.id, standing.journey, self.desks[sender], self.desks[str(order["recipient"])]
        )
