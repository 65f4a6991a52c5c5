"""What the agencies' own reports say at the end of a run: what could not be had, small counts hidden."""

import asyncio
from dataclasses import dataclass

from ieum.api.agency.gaps_views import GapsReport
from ieum.casework.values import Side
from ieum_lab.simulator.simulated_centre import SimulatedCentre


@dataclass(frozen=True, slots=True)
class CouldNotBeHad:
    """One agency's counts in the running month: the least that they can be, and how many are hidden.

    `not_given` is what others asked of it, `not_got` what it asked of others.
    """

    not_given_at_least: int = 0
    not_got_at_least: int = 0
    hidden: int = 0


async def read_reports(centre: SimulatedCentre) -> dict[str, CouldNotBeHad]:
    """Read each agency's report of what could not be had."""
    found = await asyncio.gather(*(client.gaps() for client in centre.clients.values()))
    return {agency: _last_month(report) for agency, report in zip(centre.clients, found, strict=True)}


def _last_month(report: GapsReport) -> CouldNotBeHad:
    totals = {each.role: each.total for each in report.months if each.month == report.last_month}
    at_least = {role: total.at_least for role, total in totals.items()}
    return CouldNotBeHad(
        not_given_at_least=at_least.get(Side.RECIPIENT, 0),
        not_got_at_least=at_least.get(Side.SENDER, 0),
        hidden=sum(total.hidden for total in totals.values()),
    )
